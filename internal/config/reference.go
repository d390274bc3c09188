package config

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:generate go test -run ^TestGenerated -update .

// YAML returns the settings in effect as a YAML document, for parley config print. Secrets and the password
// of the database are hidden.
func (c Config) YAML() ([]byte, error) { return yaml.Marshal(c) }

// Reference returns the reference page in Markdown: every setting with its variable, default and meaning.
func Reference() string {
	var b strings.Builder
	b.WriteString(`# Settings

<!-- Generated from internal/config by "make generate"; do not edit. -->

Parley reads its settings in this order, later ones winning: defaults, the YAML file named by ` + "`--config`" + `,
environment variables. An unknown key, a key written twice or a value that does not fit stops the start, and
` + "`parley config check`" + ` lists everything that is wrong at once. ` + "`parley config print`" + ` shows what is in effect,
secrets hidden. Without any file Parley starts with the defaults.

Every value can be set by the environment variable in the table. ` + "`<WS>`" + ` stands for the id of a workspace and
` + "`<ROUTE>`" + ` for the id of a route, in capitals with hyphens as underscores: the API key of workspace ` + "`shop-fr`" + ` is
` + "`PARLEY_WORKSPACES_SHOP_FR_BRAZE_API_KEY`" + `. Lists are separated by commas. ` + "`PARLEY_WORKSPACES=shop`" + ` adds a workspace
that the file does not have, so a container needs no file at all. Values marked *secret* can also come from a file:
put its path into the variable with ` + "`_FILE`" + ` at the end; a list of secrets has one per line there.

Lengths of time are a number with a unit: ` + "`500ms`, `30s`, `5m`, `24h`" + `.
`)
	referenceSection(&b, reflect.TypeFor[Config](), "", "PARLEY")
	return b.String()
}

// referenceSection writes the table of one section, then the sections inside it.
func referenceSection(b *strings.Builder, t reflect.Type, key, variable string) {
	known, header := fields(t), "\n| key | default | meaning | environment |\n|---|---|---|---|\n"
	for _, f := range known {
		if isSection(f.typ) {
			continue
		}
		b.WriteString(header)
		header = ""
		def, doc := "", f.doc
		if f.def != "" {
			def = "`" + f.def + "`"
		}
		if isSecret(f.typ) {
			doc = "*secret* " + doc
		}
		env := "`" + variable + "_" + envPart(f.name) + "`"
		if f.name == "id" {
			env = ""
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", f.name, def, escapeCell(doc), env)
	}
	for _, f := range known {
		path, name := join(key, f.name), variable+"_"+envPart(f.name)
		inner := f.typ
		if isEntries(f.typ) {
			placeholder := map[string]string{"workspaces": "WS", "routes": "ROUTE"}[f.name]
			path, name, inner = path+"[]", name+"_<"+placeholder+">", f.typ.Elem()
		}
		if isSection(inner) {
			fmt.Fprintf(b, "\n## `%s`\n\n%s\n", path, f.doc)
			referenceSection(b, inner, path, name)
		}
	}
}

func escapeCell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(s)
}

// Sample returns a commented YAML file with one workspace: what must be given is filled in with examples, the
// rest is commented out and shows its default. Load accepts it once the environment adds the key and the secret.
func Sample() string {
	var b strings.Builder
	b.WriteString(`# Settings of Parley. Generated from internal/config by "make generate"; the same as a page: docs/config.md.
# Lines that are commented out show the default or an example. Check your file with: parley config check
`)
	sampleSection(&b, reflect.TypeFor[Config](), 0)
	return b.String()
}

func sampleSection(b *strings.Builder, t reflect.Type, depth int) {
	indent := strings.Repeat("  ", depth)
	for i, f := range fields(t) {
		if i > 0 {
			b.WriteString("\n")
		}
		for _, line := range wrap(f.doc, 100-2*depth) {
			b.WriteString(indent + "# " + line + "\n")
		}
		switch {
		case isEntries(f.typ):
			var entry strings.Builder
			sampleSection(&entry, f.typ.Elem(), depth+2)
			body := entry.String()
			dash := strings.Index(body, "\n"+indent+"    id:")
			fmt.Fprintf(b, "%s%s:\n%s%s  - %s", indent, f.name, body[:dash+1], indent, strings.TrimLeft(body[dash+1:], " "))
		case isSection(f.typ):
			b.WriteString(indent + f.name + ":\n")
			sampleSection(b, f.typ, depth+1)
		case f.needed:
			b.WriteString(indent + f.name + ": " + f.example + "\n")
		case f.def != "":
			b.WriteString(indent + "# " + f.name + ": " + f.def + "\n")
		default:
			b.WriteString(indent + "# " + f.name + ": " + f.example + "\n")
		}
	}
}

// wrap breaks a text into lines of at most width characters, where words allow.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimLeft(line+" "+word, " ")
	}
	return append(lines, line)
}
