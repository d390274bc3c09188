package config

import (
	"reflect"
	"slices"
	"strings"
)

// environ lets variables overrule the settings of v. A setting's variable is its path in capitals with
// underscores, entries by id: PARLEY_LOG_LEVEL, PARLEY_WORKSPACES_SHOP_BRAZE_API_KEY. Lists are separated by
// commas. A list of entries takes ids and adds those that the file lacks: PARLEY_WORKSPACES=shop. A secret may
// also be read from a file that NAME_FILE names, as container platforms provide them; there a list has one
// item per line. A variable that is set but empty counts as not set.
func (l *loader) environ(v reflect.Value, key, name string) {
	for _, f := range fields(v.Type()) {
		fv := v.Field(f.index)
		path, variable := join(key, f.name), name+"_"+envPart(f.name)
		switch {
		case f.name == "id": // names the variables, so it cannot be one
		case isSection(f.typ):
			l.environ(fv, path, variable)
		case isEntries(f.typ):
			l.environEntries(fv, path, variable)
		default:
			l.environValue(fv, path, variable)
		}
	}
}

// UnknownVariables returns the names in environ (as os.Environ gives it) that start with PARLEY_ and are no
// setting of c, in their order: most likely misspelt. PARLEY_CONFIG, PARLEY_REQUIRE_UI and PARLEY_TEST_… are left out;
// they belong to the command and the tests.
func (c Config) UnknownVariables(environ []string) []string {
	known := map[string]bool{"PARLEY_CONFIG": true, "PARLEY_REQUIRE_UI": true}
	ask := &loader{env: func(name string) (string, bool) {
		known[name] = true
		return "", false
	}}
	ask.environ(reflect.ValueOf(&c).Elem(), "", "PARLEY")
	var unknown []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "PARLEY_") && !strings.HasPrefix(name, "PARLEY_TEST_") && !known[name] {
			unknown = append(unknown, name)
		}
	}
	return unknown
}

func (l *loader) environEntries(v reflect.Value, key, variable string) {
	ids := entryIDs(v)
	if text, ok := l.env(variable); ok {
		for id := range strings.SplitSeq(text, ",") {
			if id = strings.TrimSpace(id); id == "" || slices.Contains(ids, id) {
				continue
			}
			entry := reflect.New(v.Type().Elem()).Elem()
			setDefaultsOf(entry)
			entry.FieldByName("ID").SetString(id)
			v.Set(reflect.Append(v, entry))
			ids = append(ids, id)
			l.origin[join(entryKey(key, len(ids)-1, ids), "id")] = variable
		}
	}
	for i, id := range ids {
		if id != "" && !slices.Contains(ids[:i], id) {
			l.environ(v.Index(i), entryKey(key, i, ids), variable+"_"+envPart(id))
		}
	}
}

// entryIDs lists the ids of a list of entries.
func entryIDs(v reflect.Value) []string {
	ids := make([]string, v.Len())
	for i := range ids {
		ids[i] = v.Index(i).FieldByName("ID").String()
	}
	return ids
}

func (l *loader) environValue(v reflect.Value, key, variable string) {
	text, set := l.env(variable)
	set = set && text != ""
	separator := ","
	if isSecret(v.Type()) {
		if file, ok := l.env(variable + "_FILE"); ok && file != "" {
			if set {
				l.problems = append(l.problems, Problem{Origin: variable, Key: key, What: "is set together with " + variable + "_FILE", Fix: "keep one of the two"})
				return
			}
			data, err := l.readFile(file)
			if err != nil {
				l.problems = append(l.problems, Problem{Origin: variable + "_FILE", Key: key, What: "names a file that cannot be read: " + err.Error(), Fix: "check the path and its permissions"})
				return
			}
			variable, separator = variable+"_FILE", "\n"
			text, set = strings.TrimSpace(string(data)), true
		}
	}
	if !set {
		return
	}
	var err error
	if v.Kind() == reflect.Slice {
		err = setList(v, strings.Split(text, separator))
		for i := range v.Len() {
			l.origin[itemKey(key, i)] = variable
		}
	} else {
		err = setScalar(v, text)
	}
	l.origin[key] = variable
	if err != nil {
		what, fix := split(err)
		l.problems = append(l.problems, Problem{Origin: variable, Key: key, What: what, Fix: fix})
	}
}

// envPart turns a key or an id into its part of a variable's name.
func envPart(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }
