package config

import "strings"

// Problem is one thing that is wrong with the settings.
type Problem struct {
	// Origin is where the value was written: "parley.yaml:12" or the name of an environment variable. Empty
	// when nothing was written, as for a missing key.
	Origin string
	// Key is the path of the setting, such as "workspaces[shop].braze.endpoint". Empty for a broken file.
	Key string
	// What is wrong, without ever quoting a secret.
	What string
	// Fix says how to mend it.
	Fix string
}

// String returns "origin: key: what; fix" without the parts that are empty.
func (p Problem) String() string {
	var b strings.Builder
	for _, part := range []string{p.Origin, p.Key} {
		if part != "" {
			b.WriteString(part + ": ")
		}
	}
	b.WriteString(p.What)
	if p.Fix != "" {
		b.WriteString("; " + p.Fix)
	}
	return b.String()
}

// Problems is the error of Load and Validate: everything that is wrong, in the order of the file.
type Problems []Problem

// Error returns one problem per line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// err returns nil for no problems, so that an empty list is never a non-nil error.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}
