package learn

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"parley/internal/bot/intent"
	"parley/internal/bot/knowledge"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/learn"
)

const (
	maxBatch = 500 // proposals in one publish; more stay accepted for the next
	sample   = 300 // newest texts of customers that an effect is measured on
)

// Effect is what the accepted proposals change, measured on what customers wrote last
// and on every proposal that is open or accepted.
type Effect struct {
	Version  string // of the base with the proposals
	Accepted int    // proposals in it
	Read     int    // texts that were read with both
	// Changed are texts with another intent or band than before; Broken those of them
	// that the bot would answer differently although it was sure before and nobody
	// has said that it was wrong.
	Changed, Broken []Change
}

// Change is one text before and after.
type Change struct {
	Text          string
	Before, After Reading
}

// trial is a trained base with proposals that nobody uses yet.
type trial struct {
	base      *Base
	before    string // version it was staged from
	proposals []learn.Proposal
	published *knowledge.Published
	took      time.Duration
}

// Preview measures what publishing now would change.
func (l *Learn) Preview(ctx context.Context, workspace string) (Effect, error) {
	b, err := l.base(workspace)
	if err != nil {
		return Effect{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t, staged, err := l.try(ctx, b)
	if err != nil {
		return Effect{}, wrap("preview", unfit(err))
	}
	if err := staged.Close(); err != nil {
		return Effect{}, err
	}
	return l.effect(ctx, t)
}

// Publish writes the accepted proposals into the folder of the base, where every bot
// that watches it takes them up, and says what that changed.
func (l *Learn) Publish(ctx context.Context, workspace string) (Effect, error) {
	b, err := l.base(workspace)
	if err != nil {
		return Effect{}, err
	}
	if err := b.writable(); err != nil {
		return Effect{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t, staged, err := l.try(ctx, b)
	if err != nil {
		return Effect{}, wrap("publish", unfit(err))
	}
	defer func() { _ = staged.Close() }() // a temporary folder; the system clears what is left
	if len(t.proposals) == 0 {
		return Effect{}, chat.Errorf(chat.Conflict, "there is nothing to publish; accept a proposal first")
	}
	effect, err := l.effect(ctx, t)
	if err != nil {
		return Effect{}, err
	}
	if err := staged.Publish(ctx, b.Folder, t.before, l.now(), t.took); err != nil {
		return Effect{}, wrap("publish", unfit(err))
	}
	// Dying here leaves the proposals accepted; publishing them again finds every
	// phrasing in its place and only writes down that it is done.
	err = l.store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		_, err := learn.Publish(ctx, tx, t.proposals, t.published.Version, l.now().UnixMilli())
		return err
	})
	return effect, err
}

// try stages the accepted proposals and trains with them, unless that was just done.
func (l *Learn) try(ctx context.Context, b *Base) (trial, *knowledge.Staged, error) {
	list, _, err := learn.List(ctx, l.store, learn.Filter{State: learn.Accepted, Workspaces: b.Workspaces, Limit: maxBatch})
	if err != nil {
		return trial{}, nil, err
	}
	slices.Reverse(list) // as they were proposed
	present, err := knowledge.Load(b.files())
	if err != nil {
		return trial{}, nil, err
	}
	staged, err := knowledge.Stage(b.files(), additions(list))
	if err != nil {
		return trial{}, nil, err
	}
	if old := l.staged; old.base == b && old.before == present.Version && old.published.Version == staged.Base.Version {
		old.proposals = list
		return old, staged, nil
	}
	start := time.Now()
	published, err := knowledge.Publish(ctx, staged.Base, nil)
	if err != nil {
		return trial{}, nil, errors.Join(err, staged.Close())
	}
	l.staged = trial{base: b, before: present.Version, proposals: list, published: published, took: time.Since(start)}
	return l.staged, staged, nil
}

// effect reads the texts with the base in use and with the trial.
func (l *Learn) effect(ctx context.Context, t trial) (Effect, error) {
	asked, err := learn.LastAsked(ctx, l.store, t.base.Workspaces, sample)
	if err != nil {
		return Effect{}, err
	}
	open, _, err := learn.List(ctx, l.store, learn.Filter{State: learn.Open, Workspaces: t.base.Workspaces, Limit: maxBatch})
	if err != nil {
		return Effect{}, err
	}
	wanted := map[string]string{} // folded text -> the intent a person gave it
	texts := slices.Clone(asked)
	for _, p := range open {
		texts = append(texts, learn.Asked{Text: p.Text, Language: p.Language})
	}
	for _, p := range t.proposals {
		texts = append(texts, learn.Asked{Text: p.Text, Language: p.Language})
		wanted[p.Language+" "+intent.Fold(p.Text)] = p.Intent
	}
	before := t.base.Published()
	out := Effect{Version: t.published.Version, Accepted: len(t.proposals), Changed: []Change{}, Broken: []Change{}}
	seen := map[string]bool{}
	for _, a := range texts {
		key := a.Language + " " + intent.Fold(a.Text)
		if seen[key] || strings.TrimSpace(intent.Fold(a.Text)) == "" {
			continue
		}
		seen[key] = true
		if err := ctx.Err(); err != nil {
			return Effect{}, err
		}
		c := Change{Text: a.Text, Before: read(before, a.Text, a.Language), After: read(t.published, a.Text, a.Language)}
		out.Read++
		if c.Before.Intent == c.After.Intent && c.Before.Band == c.After.Band {
			continue
		}
		out.Changed = append(out.Changed, c)
		sure := c.Before.Band == bandAnswer && c.Before.Intent != c.After.Intent
		if right, told := wanted[key]; sure && (!told || right != c.After.Intent) {
			out.Broken = append(out.Broken, c)
		}
	}
	return out, nil
}
