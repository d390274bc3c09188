package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/mattn/go-isatty"

	"parley/internal/bot"
	"parley/internal/bot/flow"
	"parley/internal/bot/knowledge"
	"parley/internal/eval/rehearse"
)

type flowTryCmd struct {
	Args      []string `arg:"" name:"dir-and-flow" help:"Name of the flow; its folder before it to try other flows than those that ship with Parley."`
	Knowledge string   `type:"existingdir" help:"Folder of the knowledge base that answers other questions; the built-in one when left out."`
	Language  string   `short:"l" help:"Language on the customer's Braze profile, such as fr."`
	Tools     string   `type:"existingfile" help:"YAML file with what tools answer; without it you are asked."`
}

// Run is one conversation in the terminal. Nothing is stored and no tool is called.
func (c *flowTryCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	dir, name := "", c.Args[0]
	if len(c.Args) == 2 {
		dir, name = c.Args[0], c.Args[1]
	} else if len(c.Args) > 2 {
		return errors.New("name a folder and a flow: parley flow try ./flows return_item")
	}
	list, err := loadFlows(dir, "")
	if err != nil {
		return err
	}
	library := flow.NewLibrary(list, nil)
	if _, ok := library.Current(name); !ok {
		return fmt.Errorf("there is no flow %q; there are %s", name, strings.Join(library.Names(), ", "))
	}
	answers, err := rehearse.ReadAnswers(c.Tools)
	if err != nil {
		return err
	}
	base, err := loadKnowledge(c.Knowledge)
	if err != nil {
		return err
	}
	trained, _, err := trainKnowledge(ctx, base)
	if err != nil {
		return err
	}
	t := &rehearse.Talk{
		Bot:  bot.New(func() *knowledge.Published { return trained }, nil).WithFlows(func() *flow.Library { return library }),
		Flow: name, Language: c.Language, Answers: answers, Lines: bufio.NewScanner(os.Stdin), Out: os.Stdout, Prompt: isatty.IsTerminal(os.Stdin.Fd()),
	}
	return t.Run(ctx)
}
