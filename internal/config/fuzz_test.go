package config

import (
	"errors"
	"os"
	"testing"
)

// FuzzLoad feeds anything as a file: it is read or refused with problems that have a text, never a crash.
func FuzzLoad(f *testing.F) {
	for _, path := range []string{"testdata/full.yaml", "testdata/bad-typos.yaml", "testdata/bad-shape.yaml"} {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{
		"", "# only a comment\n", "---\n", "~", "...", "log: &l {level: *l}\n", "workspaces: &w [*w, {routes: *w}]\n",
		"workspaces: [{id: a}, {id: a}, {id: ''}, ~]\n", "? [a]\n: b\n", "{<<: {listen: x}}", "trusted_proxies: [~, '']\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, err := Load("f.yaml", lookup(nil), func(string) ([]byte, error) { return text, nil })
		var problems Problems
		if err != nil && (!errors.As(err, &problems) || problems[0].String() == "") {
			t.Errorf("%v", err)
		}
	})
}
