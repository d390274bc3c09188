package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"parley/internal/bot/knowledge"
	"parley/internal/bot/knowledge/importer"
)

type kbImportCmd struct {
	Dir      string        `arg:"" type:"existingdir" help:"Folder of the knowledge base that gets the documents."`
	Sources  []string      `arg:"" optional:"" help:"Files (HTML, PDF, Markdown) and addresses of pages."`
	Sitemap  string        `placeholder:"URL" help:"Also take every page of the host that this sitemap names and robots.txt allows."`
	Lang     string        `short:"l" help:"Language of all of them; what they say of themselves, else the base's default, when left out."`
	Replace  bool          `help:"Overwrite documents that are there already and differ."`
	MaxPages int           `default:"200" help:"Refuse a sitemap that names more."`
	Pause    time.Duration `default:"500ms" help:"Between two pages of a sitemap; robots.txt may ask for more."`
}

func (c *kbImportCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	base, err := loadKnowledge(c.Dir)
	switch {
	case err != nil:
		return err
	case len(c.Sources) == 0 && c.Sitemap == "":
		return errors.New("nothing to import: name files or addresses behind the folder, or a sitemap with --sitemap")
	case c.Lang != "" && !base.Speaks(c.Lang):
		return fmt.Errorf("the knowledge base has no language %q; it has %s", c.Lang, strings.Join(base.Languages, ", "))
	case c.MaxPages < 1 || c.Pause < 0:
		return errors.New("--max-pages must be 1 or more, --pause 0s or more")
	}
	count := map[importer.Outcome]int{}
	im := importer.Importer{
		Dir: c.Dir, Languages: base.Languages, Default: base.Default, Language: c.Lang, Replace: c.Replace, Now: time.Now,
		Tell: func(r importer.Result) {
			count[r.Outcome]++
			printImport(r)
		},
		Web: importer.Web{Client: &http.Client{Timeout: 30 * time.Second}, Pages: c.MaxPages, Pause: c.Pause},
	}
	for _, source := range c.Sources {
		if ctx.Err() == nil {
			im.Import(ctx, source)
		}
	}
	if c.Sitemap != "" {
		err = im.ImportSitemap(ctx, c.Sitemap)
	}
	fmt.Fprintf(os.Stdout, "%d written, %d unchanged, %d kept as they were, %d failed\n",
		count[importer.Written], count[importer.Unchanged], count[importer.Kept], count[importer.Failed])
	if count[importer.Kept] > 0 {
		fmt.Fprintln(os.Stdout, "what was kept differs from what was read; --replace takes what was read")
	}
	if count[importer.Written] > 0 {
		fmt.Fprintf(os.Stdout, "read them before they are quoted, then run: parley kb check %s\n", c.Dir)
	}
	if err == nil && count[importer.Failed] > 0 {
		err = fmt.Errorf("%d of the sources could not be imported", count[importer.Failed])
	}
	return err
}

func printImport(r importer.Result) {
	switch r.Outcome {
	case importer.Failed:
		fmt.Fprintf(os.Stdout, "%-9s  %s: %v\n", r.Outcome, r.Source, r.Err)
	default:
		fmt.Fprintf(os.Stdout, "%-9s  %s -> %s, passages: %d\n", r.Outcome, r.Source, r.File, r.Passages)
	}
}

type kbDiffCmd struct {
	Old  string `arg:"" type:"existingdir" help:"Folder of a knowledge base."`
	New  string `arg:"" optional:"" type:"existingdir" help:"Folder of another. When left out, the first is compared with the built-in base it was begun from."`
	JSON bool   `help:"Print a JSON array."`
}

func (c *kbDiffCmd) Run() error {
	from, to := c.Old, c.New
	if to == "" {
		from, to = "", c.Old
	}
	before, err := loadKnowledge(from)
	if err != nil {
		return err
	}
	after, err := loadKnowledge(to)
	if err != nil {
		return err
	}
	changes := knowledge.Diff(before, after)
	if c.JSON {
		enc := json.NewEncoder(os.Stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(changes)
	}
	marks := map[string]string{knowledge.Added: "+", knowledge.Removed: "-", knowledge.Changed: "~"}
	for _, change := range changes {
		fmt.Fprintf(os.Stdout, "%s %s  %s\n", marks[change.Kind], change.File, change.Title)
		for _, l := range change.Lines {
			fmt.Fprintf(os.Stdout, "    %s\n", l)
		}
	}
	of := func(kind string) int {
		return len(slices.DeleteFunc(slices.Clone(changes), func(k knowledge.Change) bool { return k.Kind != kind }))
	}
	if len(changes) == 0 {
		fmt.Fprintln(os.Stdout, "nothing differs")
		return nil
	}
	fmt.Fprintf(os.Stdout, "%d added, %d removed, %d changed\n", of(knowledge.Added), of(knowledge.Removed), of(knowledge.Changed))
	return nil
}
