package knowledge

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoad_documents(t *testing.T) {
	t.Parallel()
	files := func(name, text string) fstest.MapFS {
		return fstest.MapFS{
			"base.yaml":         {Data: []byte("name: Shop\nlanguages: [en]\n")},
			"en/variables.yaml": {Data: []byte("mail: a@shop.example.com\nphone: \"\"\n")},
			"en/hours.yaml":     {Data: []byte("title: Hours\nphrasings: [when are you open]\nanswer: Always.\n")},
			"README.md":         {Data: []byte("a note")},
			name:                {Data: []byte(text)},
		}
	}
	base, err := Load(files("documents/en/a.md", "# A\nWrite to {{mail}}.\n## B\nCall {{phone}}.\n"))
	if err != nil {
		t.Fatal(err)
	}
	if list := base.Passages["en"]; len(list) != 1 || list[0].Text() != "Write to a@shop.example.com." || len(base.Unfilled) != 1 {
		t.Errorf("got %+v, unfilled %v", list, base.Unfilled)
	}
	changed, err := Load(files("documents/en/a.md", "# A\nWrite to us.\n"))
	if err != nil || changed.Version == base.Version {
		t.Errorf("a changed document has the version %v, %v", changed, err)
	}
	for name, want := range map[string]string{"documents/de/a.md": "not in the languages", "documents/en/a.txt": "not a Markdown file"} {
		if _, err := Load(files(name, "# A\nB.\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	before, _ := follow(files("documents/en/a.md", "# A\nB.\n"))
	if after, _ := follow(files("documents/en/a.md", "# A\nBC.\n")); before == after {
		t.Error("the watcher does not see a document change")
	}
}
