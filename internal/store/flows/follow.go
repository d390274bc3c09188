package flows

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// trace is what a turn's trace says of flows.
type trace struct {
	Steps []struct {
		Flow, Version, Step, Fate string
	} `json:"steps"`
}

// state is what the bot remembers of flows; the running one is the last.
type state struct {
	Flows []struct {
		Flow, Version, Step string
		At                  int64
	} `json:"flows"`
}

// stepKey is one step on one day.
type stepKey struct {
	workspace, name, version, step string
	day                            int64
}

// counts are what happened at a step: conversations that came to it, and what became of
// those that went no further.
type counts struct{ entered, ended, left, handed, expired int64 }

var (
	stepColumns = []string{"workspace", "name", "version", "step", "day", "entered", "ended", "left_it", "handed", "expired"}
	onStep      = `ON CONFLICT (workspace, name, version, step, day) DO UPDATE SET entered = flow_steps.entered + excluded.entered,
		ended = flow_steps.ended + excluded.ended, left_it = flow_steps.left_it + excluded.left_it,
		handed = flow_steps.handed + excluded.handed, expired = flow_steps.expired + excluded.expired`
	positionColumns = []string{"conversation_id", "workspace", "name", "version", "step", "at"}
	onPosition      = `ON CONFLICT (conversation_id) DO UPDATE SET workspace = excluded.workspace, name = excluded.name,
		version = excluded.version, step = excluded.step, at = excluded.at`
)

// Follow writes down where committed turns have come to in their flows. It belongs into
// the transaction that commits them. Turns without a flow cost nothing.
func Follow(ctx context.Context, tx *store.Tx, results []store.Result, verdicts []chat.Verdict, now int64) error {
	const inFlow = `"flows":[`
	steps := map[stepKey]*counts{}
	day := now - now%(24*time.Hour).Milliseconds()
	var waiting [][]any
	var over []chat.ConversationID
	for i := range results {
		r := &results[i]
		if verdicts[i] != chat.Committed {
			continue
		}
		c := r.Work.Conversation
		if strings.Contains(r.Trace, `"steps":[`) {
			if err := tally(steps, c.Workspace, day, r.Trace); err != nil {
				return err
			}
		}
		var s state
		if strings.Contains(r.BotState, inFlow) {
			if err := json.Unmarshal([]byte(r.BotState), &s); err != nil {
				return fmt.Errorf("where turn %s has come to in its flow: %w", r.ID, err)
			}
		}
		if n := len(s.Flows); n > 0 {
			top := s.Flows[n-1]
			waiting = append(waiting, []any{string(c.ID), c.Workspace, top.Flow, top.Version, top.Step, top.At})
		} else if strings.Contains(c.BotState, inFlow) {
			over = append(over, c.ID)
		}
	}
	slices.SortFunc(waiting, func(a, b []any) int { return cmp.Compare(a[0].(string), b[0].(string)) })
	if _, err := tx.Insert(ctx, "flow_positions", positionColumns, waiting, onPosition); err != nil {
		return err
	}
	if len(over) > 0 {
		in, args := db.OneOf(tx.Dialect, 1, over)
		if _, err := tx.ExecContext(ctx, "DELETE FROM flow_positions WHERE conversation_id "+in, args...); err != nil {
			return err
		}
	}
	return count(ctx, tx, steps)
}

func tally(steps map[stepKey]*counts, workspace string, day int64, raw string) error {
	var t trace
	if err := json.Unmarshal([]byte(raw), &t); err != nil {
		return fmt.Errorf("steps of a turn: %w", err)
	}
	for _, v := range t.Steps {
		key := stepKey{workspace, v.Flow, v.Version, v.Step, day}
		if steps[key] == nil {
			steps[key] = &counts{}
		}
		switch c := steps[key]; v.Fate {
		case "":
			c.entered++
		case "ended":
			c.ended++
		case "left":
			c.left++
		case "handed":
			c.handed++
		case "expired":
			c.expired++
		}
	}
	return nil
}

func count(ctx context.Context, tx *store.Tx, steps map[stepKey]*counts) error {
	var rows [][]any
	// In one order everywhere: two processes that count at the same time must not wait for each other.
	for _, k := range slices.SortedFunc(maps.Keys(steps), func(a, b stepKey) int {
		return cmp.Or(cmp.Compare(a.workspace, b.workspace), cmp.Compare(a.name, b.name), cmp.Compare(a.version, b.version), cmp.Compare(a.step, b.step))
	}) {
		c := steps[k]
		rows = append(rows, []any{k.workspace, k.name, k.version, k.step, k.day, c.entered, c.ended, c.left, c.handed, c.expired})
	}
	_, err := tx.Insert(ctx, "flow_steps", stepColumns, rows, onStep)
	return err
}

// Step is what is known of one step of one version.
type Step struct {
	Name, Version, Step string
	// Waiting is how many conversations the bot has that wait there now.
	Waiting int64
	// Entered is how many came to it; Ended, Left, Handed and Expired what became of those
	// for whom it was the last.
	Entered, Ended, Left, Handed, Expired int64
}

// Steps counts what happened in a workspace's flows since a time in unix milliseconds,
// by day, and where conversations wait now.
func Steps(ctx context.Context, q db.Querier, workspace string, from int64) ([]Step, error) {
	scan := func(r *sql.Rows) (s Step, err error) {
		return s, r.Scan(&s.Name, &s.Version, &s.Step, &s.Entered, &s.Ended, &s.Left, &s.Handed, &s.Expired)
	}
	list, err := db.Collect(ctx, q, scan, `SELECT name, version, step, CAST(SUM(entered) AS BIGINT), CAST(SUM(ended) AS BIGINT),
		CAST(SUM(left_it) AS BIGINT), CAST(SUM(handed) AS BIGINT), CAST(SUM(expired) AS BIGINT)
		FROM flow_steps WHERE workspace = $1 AND day >= $2 GROUP BY name, version, step ORDER BY name, version, step`,
		workspace, from-from%(24*time.Hour).Milliseconds())
	if err != nil {
		return nil, err
	}
	waiting, err := db.Collect(ctx, q, func(r *sql.Rows) (s Step, err error) {
		return s, r.Scan(&s.Name, &s.Version, &s.Step, &s.Waiting)
	}, `SELECT p.name, p.version, p.step, COUNT(*) FROM flow_positions p JOIN conversations c ON c.id = p.conversation_id
		WHERE p.workspace = $1 AND c.owner = 'bot' GROUP BY p.name, p.version, p.step ORDER BY p.name, p.version, p.step`, workspace)
	for _, w := range waiting {
		i := slices.IndexFunc(list, func(s Step) bool { return s.Name == w.Name && s.Version == w.Version && s.Step == w.Step })
		if i < 0 {
			list = append(list, w)
			continue
		}
		list[i].Waiting = w.Waiting
	}
	return list, err
}
