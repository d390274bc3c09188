package roster

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/roster"
)

// Most of what one team or person may have; beyond that it is a mistake.
const (
	maxCapacity = 100
	maxWords    = 50
)

var (
	languagePattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`)
	topicPattern    = regexp.MustCompile(`^[a-z0-9]+([_-][a-z0-9]+)*$`)
)

// SaveTeam adds a team, or replaces the one with its id, and gives its id. The error
// is a chat.Error when an entry is to be mended.
func (r *Roster) SaveTeam(ctx context.Context, t Team) (string, error) {
	if t.Name = strings.TrimSpace(t.Name); t.Name == "" {
		return "", chat.Errorf(chat.Invalid, "the team has no name; give it one")
	}
	if t.Strategy != RoundRobin && t.Strategy != LeastBusy {
		return "", chat.Errorf(chat.Invalid, "%q is no strategy; use round_robin or least_busy", t.Strategy)
	}
	languages, topics, err := words(t.Languages, t.Topics)
	if err != nil {
		return "", err
	}
	if err := t.Hours.Check(); err != nil {
		return "", err
	}
	row := roster.Team{
		ID: t.ID, Name: t.Name, Strategy: string(t.Strategy), AutoAssign: t.AutoAssign, Members: distinct(t.Members),
		Languages: languages, Topics: topics, CreatedAt: r.now(),
	}
	if t.Hours != nil {
		hours, err := json.Marshal(t.Hours)
		if err != nil {
			return "", err
		}
		row.Hours = string(hours)
	}
	fresh := row.ID == ""
	if fresh {
		row.ID = chat.NewID()
	}
	return row.ID, r.write(ctx, func(tx *store.Tx) error {
		if !fresh {
			teams, err := roster.Teams(ctx, tx)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(teams, func(t roster.Team) bool { return t.ID == row.ID }) {
				return chat.Errorf(chat.NotFound, "there is no such team")
			}
		}
		return roster.SaveTeam(ctx, tx, row)
	})
}

// DeleteTeam removes a team; what waits for it then waits for anybody.
func (r *Roster) DeleteTeam(ctx context.Context, id string) error {
	return r.write(ctx, func(tx *store.Tx) error { return roster.DeleteTeam(ctx, tx, id) })
}

// Skills are what a person can take and what they know.
type Skills struct {
	Capacity          int // conversations at the same time; 0 for none that they do not take themselves
	Languages, Topics []string
}

// SetSkills replaces a person's. The error is a chat.Error when an entry is to be mended.
func (r *Roster) SetSkills(ctx context.Context, user string, s Skills) error {
	if s.Capacity < 0 || s.Capacity > maxCapacity {
		return chat.Errorf(chat.Invalid, "a capacity of %d is out of range; set 0 to %d", s.Capacity, maxCapacity)
	}
	languages, topics, err := words(s.Languages, s.Topics)
	if err != nil {
		return err
	}
	if _, err := r.store.User(ctx, user); err != nil {
		return err
	}
	return r.write(ctx, func(tx *store.Tx) error {
		return roster.SaveSkills(ctx, tx, user, roster.Skills{Capacity: s.Capacity, Languages: languages, Topics: topics})
	})
}

// words checks languages and topics, and puts each once and in order.
func words(languages, topics []string) (okLanguages, okTopics []string, err error) {
	languages, topics = distinct(languages), distinct(topics)
	for _, l := range languages {
		if !languagePattern.MatchString(l) {
			return nil, nil, chat.Errorf(chat.Invalid, "%q is not a language; write a code such as en, fr or pt-BR", l)
		}
	}
	for _, t := range topics {
		if !topicPattern.MatchString(t) || len(t) > 80 {
			return nil, nil, chat.Errorf(chat.Invalid, "%q is not a topic; write the id of an intent or a route, such as return_item", t)
		}
	}
	if len(languages) > maxWords || len(topics) > maxWords {
		return nil, nil, chat.Errorf(chat.Invalid, "more than %d languages or topics; leave the list empty for all", maxWords)
	}
	return languages, topics, nil
}

func distinct(list []string) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
