package eval

import (
	"embed"
	"encoding/csv"
	"fmt"
	"path"
	"strings"

	"parley/internal/bot/intent"
	"parley/internal/bot/knowledge"
)

// held has the messages that were written apart from the phrasings of the built-in base, one file for each language.
//
//go:embed heldout/*.tsv
var held embed.FS

// HeldOut is what a published base makes of messages in one language. Shares are in percent: of the messages with an
// intent, or, of OffTopic and the fields after it, of those without.
type HeldOut struct {
	Language string  `json:"language"`
	Messages int     `json:"messages"`
	Top1     float64 `json:"top1"`
	Top3     float64 `json:"top3"`
	// Right and Wrong were read with the confidence of an answer, Asked with that of choices.
	Right    float64 `json:"right"`
	Wrong    float64 `json:"wrong"`
	Asked    float64 `json:"asked"`
	OffTopic int     `json:"off_topic"`
	// Accepted would be answered although nothing is known of them, AcceptedAsked with choices.
	Accepted      float64 `json:"false_acceptances"`
	AcceptedAsked float64 `json:"off_topic_asked"`
	Misses        []Miss  `json:"misses"`
}

// Miss is a message that would be answered wrongly.
type Miss struct {
	Text string  `json:"text"`
	Want string  `json:"want"` // OutOfScope: nothing
	Got  string  `json:"got"`
	P    float64 `json:"p"`
}

// ReadHeldOut reads the held-out messages of the built-in base with a published one, whose thresholds count.
func ReadHeldOut(p *knowledge.Published) (list []*HeldOut, err error) {
	files, err := held.ReadDir("heldout")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		language := strings.TrimSuffix(f.Name(), ".tsv")
		if p.Models[language] == nil {
			continue
		}
		raw, err := held.Open(path.Join("heldout", f.Name()))
		if err != nil {
			return nil, err
		}
		rows := csv.NewReader(raw)
		rows.Comma, rows.LazyQuotes = '\t', true
		all, err := rows.ReadAll()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		list = append(list, readHeldOut(p, language, all[1:]))
	}
	return list, nil
}

func readHeldOut(p *knowledge.Published, language string, rows [][]string) *HeldOut {
	h := &HeldOut{Language: language, Misses: []Miss{}}
	var first, three, right, wrong, asked, accepted, offAsked int
	for _, row := range rows {
		text, label := row[0], row[1]
		reading := p.Models[language].Understand(text)
		answered, choices := reading.P >= p.Answer, reading.P >= p.Clarify && reading.P < p.Answer
		is := len(reading.Top) > 0 && reading.Top[0].Label == label
		if answered && !is {
			h.Misses = append(h.Misses, Miss{text, label, reading.Top[0].Label, reading.P})
		}
		if label == OutOfScope {
			h.OffTopic++
			accepted, offAsked = accepted+count(answered), offAsked+count(choices)
			continue
		}
		h.Messages++
		first, three = first+count(is), three+count(among(reading.Top, label))
		right, wrong, asked = right+count(answered && is), wrong+count(answered && !is), asked+count(choices)
	}
	n, off := max(1, h.Messages), max(1, h.OffTopic)
	h.Top1, h.Top3 = percent(first, n), percent(three, n)
	h.Right, h.Wrong, h.Asked = percent(right, n), percent(wrong, n), percent(asked, n)
	h.Accepted, h.AcceptedAsked = percent(accepted, off), percent(offAsked, off)
	return h
}

func among(top []intent.Scored, label string) bool {
	for i, s := range top {
		if i < 3 && s.Label == label {
			return true
		}
	}
	return false
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}
