package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"

	"parley/internal/config"
	"parley/internal/doctor"
	"parley/internal/store"
	"parley/internal/store/signs"
)

type doctorCmd struct {
	settings
	Language string        `short:"l" enum:"en,fr," default:"" help:"en or fr; the terminal's when left out."`
	JSON     bool          `name:"json" help:"Print one JSON object for each finding."`
	Loop     bool          `help:"Then wait for a message from your own phone and follow it through."`
	Wait     time.Duration `default:"3m" help:"How long --loop waits for that message."`
}

// Run examines what these settings describe. It fails when a finding says that nothing works.
func (c doctorCmd) Run() (err error) {
	ctx, stop := interruptible()
	defer stop()
	cfg, err := c.load()
	if err != nil {
		return err
	}
	out := &findings{w: os.Stdout, language: speak(c.Language), json: c.JSON, colour: isatty.IsTerminal(os.Stdout.Fd())}
	s, opening := openExisting(ctx, cfg)
	if opening != nil {
		out.tell(doctor.Finding{
			Check: "database", Subject: "database", Level: doctor.Fail,
			What: doctor.Words{EN: "The database cannot be opened: " + opening.Error(), FR: "Impossible d’ouvrir la base de données : " + opening.Error()},
		})
	} else {
		defer func() { err = errors.Join(err, s.Close()) }()
	}
	doctor.Examine(ctx, doctor.Patient{Config: cfg, Store: s}, out.tell)
	if !c.JSON {
		out.byHand()
	}
	if c.Loop && s != nil {
		if err := out.loop(ctx, s, cfg, c.Wait); err != nil {
			return err
		}
	}
	if out.failed > 0 {
		return errors.New(both(out.language, fmt.Sprintf("%d things keep Parley from working; see ✘ above", out.failed), fmt.Sprintf("%d points empêchent Parley de fonctionner ; voir ✘ ci-dessus", out.failed)))
	}
	return nil
}

// openExisting opens the database of the settings without making one: a doctor leaves nothing behind.
func openExisting(ctx context.Context, cfg config.Config) (*store.Store, error) {
	database := cfg.Database.Reveal()
	if path, ok := strings.CutPrefix(database, "sqlite:"); ok {
		if _, err := os.Stat(strings.TrimPrefix(path, "//")); err != nil {
			return nil, fmt.Errorf("%w; parley serve makes it on its first start", err)
		}
	}
	return store.Open(ctx, database)
}

// speak chooses the language: what was asked for, else the terminal's.
func speak(asked string) string {
	if asked != "" {
		return asked
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "fr") {
				return "fr"
			}
			return "en"
		}
	}
	return "en"
}

func both(language, en, fr string) string { return doctor.Words{EN: en, FR: fr}.In(language) }

// findings prints what the doctor says.
type findings struct {
	w        io.Writer
	language string
	json     bool
	colour   bool
	subject  string
	failed   int
}

var marks = map[doctor.Level]string{doctor.OK: "✔", doctor.Note: "·", doctor.Warn: "!", doctor.Fail: "✘"}

var colours = map[doctor.Level]string{doctor.OK: "\x1b[32m", doctor.Note: "\x1b[2m", doctor.Warn: "\x1b[33m", doctor.Fail: "\x1b[31m"}

func (f *findings) tell(one doctor.Finding) {
	if one.Level == doctor.Fail {
		f.failed++
	}
	if f.json {
		_ = json.NewEncoder(f.w).Encode(one) // a closed pipe needs no finding
		return
	}
	if one.Subject != f.subject {
		fmt.Fprintf(f.w, "\n%s\n", one.Subject)
		f.subject = one.Subject
	}
	mark := marks[one.Level]
	if f.colour {
		mark = colours[one.Level] + mark + "\x1b[0m"
	}
	fmt.Fprintf(f.w, "  %s %s\n", mark, one.What.In(f.language))
	if cure := one.Cure.In(f.language); cure != "" {
		fmt.Fprintf(f.w, "    → %s\n", cure)
	}
}

func (f *findings) byHand() {
	fmt.Fprintf(f.w, "\n%s\n", both(f.language, "To be looked up in Braze, for no API shows it", "À vérifier dans Braze, car aucune API ne le montre"))
	for i, q := range doctor.ByHand() {
		fmt.Fprintf(f.w, "  %d. %s\n     %s\n     %s %s\n", i+1, q.Ask.In(f.language), q.Where.In(f.language), both(f.language, "If not:", "Sinon :"), q.Else.In(f.language))
	}
}

// loop waits for a message and says each step that it takes, and the likely cause where it stops.
func (f *findings) loop(ctx context.Context, s *store.Store, cfg config.Config, wait time.Duration) error {
	begun := time.Now()
	say := func(level doctor.Level, w doctor.Words) {
		fmt.Fprintf(f.w, "  %s %s\n", marks[level], w.In(f.language))
	}
	fmt.Fprintf(f.w, "\n%s\n", both(f.language, "Loop test: write something to your WhatsApp number now.", "Test de boucle : écrivez maintenant quelque chose à votre numéro WhatsApp."))
	var told int
	for {
		step, ok, err := signs.Newest(ctx, s, begun.UnixMilli())
		if err != nil {
			return err
		}
		var reached []doctor.Reached
		done := false
		if ok {
			reached, done = doctor.Progress(step)
		}
		for ; told < len(reached); told++ {
			say(reached[told].Level, reached[told].What)
		}
		if done {
			return nil
		}
		if time.Since(begun) > wait {
			say(doctor.Fail, doctor.Stuck(len(reached), strings.TrimRight(cfg.PublicURL, "/")+"/braze/inbound/"))
			return errors.New(both(f.language, "the loop did not close", "la boucle ne s’est pas fermée"))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
	}
}
