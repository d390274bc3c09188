package knowledge_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"parley/internal/bot/knowledge"
)

// seedWith is the built-in base with other files in it; an empty text takes a file away.
func seedWith(t *testing.T, files map[string]string) *knowledge.Base {
	t.Helper()
	all := fstest.MapFS{}
	err := fs.WalkDir(knowledge.Seed(), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(knowledge.Seed(), file)
		all[file] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range files {
		delete(all, file)
		if text != "" {
			all[file] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	base, err := knowledge.Load(all)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

func TestDiff_saysWhatDiffers(t *testing.T) {
	t.Parallel()
	before := seedWith(t, map[string]string{
		"en/lamps.yaml":        "title: Lamps\nphrasings:\n  - which lamps are there\n  - do you sell lamps\nanswer: We sell oak lamps.\n",
		"en/rugs.yaml":         "title: Rugs\nphrasings:\n  - do you sell rugs\nanswer: Yes.\n",
		"documents/en/care.md": "# Care\n\n## Oil\nOnce a year.\n\n## Water\nNever.\n",
	})
	after := seedWith(t, map[string]string{
		"en/lamps.yaml":        "title: Lamps\nphrasings:\n  - do you sell lamps\n  - lamps please\nanswer: We sell walnut lamps.\n",
		"en/sofas.yaml":        "title: Sofas\nphrasings:\n  - do you sell sofas\n  - sofas please\nanswer: Yes.\n",
		"documents/en/care.md": "# Care\n\n## Oil\nTwice a year.\n\n## Water\nNever.\n",
	})
	want := []knowledge.Change{
		{File: "documents/en/care.md", Kind: "changed", Title: "Care", Lines: []string{"- Oil: Once a year.", "+ Oil: Twice a year."}},
		{File: "en/lamps.yaml", Kind: "changed", Title: "Lamps", Lines: []string{
			"- answer: We sell oak lamps.", "+ answer: We sell walnut lamps.", "- phrasing: which lamps are there", "+ phrasing: lamps please",
		}},
		{File: "en/rugs.yaml", Kind: "removed", Title: "Rugs", Lines: []string{"  phrasings: 1"}},
		{File: "en/sofas.yaml", Kind: "added", Title: "Sofas", Lines: []string{"  phrasings: 2"}},
	}
	if diff := cmp.Diff(want, knowledge.Diff(before, after)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if same := knowledge.Diff(after, after); len(same) > 0 {
		t.Errorf("a base differs from itself: %v", same)
	}
	raw, err := fs.ReadFile(knowledge.Seed(), "base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	named := seedWith(t, map[string]string{"base.yaml": strings.Replace(string(raw), "name: ", "name: New ", 1)})
	if got := knowledge.Diff(seedWith(t, nil), named); len(got) != 1 || got[0].File != "base.yaml" || len(got[0].Lines) != 2 {
		t.Errorf("base.yaml: %v", got)
	}
}
