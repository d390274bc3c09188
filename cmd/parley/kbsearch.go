package main

import (
	"fmt"
	"os"

	"parley/internal/bot/passage"
)

type kbSearchCmd struct {
	Question string `arg:"" help:"The question, in quotes."`
	Dir      string `type:"existingdir" help:"Folder of the knowledge base; the built-in one when left out."`
	Lang     string `short:"l" help:"Language of the documents; the default one of the base when left out."`
}

func (c *kbSearchCmd) Run() error {
	base, err := loadKnowledge(c.Dir)
	if err != nil {
		return err
	}
	if c.Lang == "" {
		c.Lang = base.Default
	}
	if !base.Speaks(c.Lang) {
		return fmt.Errorf("the knowledge base has no language %q; it has %v", c.Lang, base.Languages)
	}
	index := passage.New(c.Lang, base.Passages[c.Lang])
	hits := index.Search(c.Question)
	if len(hits) == 0 {
		fmt.Fprintln(os.Stdout, "no passage has anything of the question")
	}
	for i, h := range hits {
		fmt.Fprintf(os.Stdout, "%d. %s (%s)\n   score %.4f, bm25 %.2f, similarity %.2f, coverage %.2f, %d words\n", i+1, h.ID, h.Title, h.Score, h.BM25, h.Similarity, h.Coverage, h.Words)
	}
	if len(hits) > 0 && hits[0].Sure() {
		fmt.Fprintf(os.Stdout, "\nquoted where no intent answers:\n%s\n", index.Quote(hits[0].Passage, c.Question))
	} else {
		fmt.Fprintln(os.Stdout, "\nnone is sure enough to be quoted")
	}
	return nil
}
