// Package flows is the SQL of flows: their published versions with time and by whom,
// where conversations wait in them, and how often each step was come to.
//
// It must not know how a flow is written or stepped through. Start reading at [Publish]
// and [Follow].
package flows

import (
	"context"
	"database/sql"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Version is one text of a flow.
type Version struct {
	Name    string
	Version string
	Source  string
}

// Action is how a version came to be the current one.
type Action string

// The actions. Start is the first publish of a workspace, by the gateway itself.
const (
	Published  Action = "publish"
	RolledBack Action = "rollback"
	Started    Action = "start"
	Withdrawn  Action = "withdraw"
)

// Publication is one line of a flow's history.
type Publication struct {
	Name    string
	N       int64 // 1 is the first
	Version string
	Action  Action
	By      string
	At      int64 // unix milliseconds
}

var publicationColumns = []string{"workspace", "name", "n", "version", "action", "by_whom", "at"}

func scanPublication(r *sql.Rows) (p Publication, err error) {
	return p, r.Scan(&p.Name, &p.N, &p.Version, &p.Action, &p.By, &p.At)
}

// History lists what was published in a workspace, newest first; of one flow, or of all
// for an empty name.
func History(ctx context.Context, q db.Querier, workspace, name string) ([]Publication, error) {
	return db.Collect(ctx, q, scanPublication,
		"SELECT name, n, version, action, by_whom, at FROM flow_publications WHERE workspace = $1 AND ($2 = '' OR name = $2) ORDER BY at DESC, name, n DESC",
		workspace, name)
}

// Versions lists every text that was ever published in a workspace, by name and version.
func Versions(ctx context.Context, q db.Querier, workspace string) ([]Version, error) {
	return db.Collect(ctx, q, func(r *sql.Rows) (v Version, err error) {
		return v, r.Scan(&v.Name, &v.Version, &v.Source)
	}, "SELECT name, version, source FROM flow_versions WHERE workspace = $1 ORDER BY name, version", workspace)
}

// Current are the newest publications of a workspace's flows, by name, those withdrawn left out.
func Current(ctx context.Context, q db.Querier, workspace string) (map[string]Publication, error) {
	newest, err := latest(ctx, q, workspace)
	for name, p := range newest {
		if p.Version == "" {
			delete(newest, name)
		}
	}
	return newest, err
}

func latest(ctx context.Context, q db.Querier, workspace string) (map[string]Publication, error) {
	list, err := db.Collect(ctx, q, scanPublication, `SELECT p.name, p.n, p.version, p.action, p.by_whom, p.at FROM flow_publications p
		WHERE p.workspace = $1 AND p.n = (SELECT MAX(o.n) FROM flow_publications o WHERE o.workspace = p.workspace AND o.name = p.name)`, workspace)
	out := make(map[string]Publication, len(list))
	for _, p := range list {
		out[p.Name] = p
	}
	return out, err
}

// Mark changes whenever something is published anywhere.
func Mark(ctx context.Context, s *store.Store) (mark int64, err error) {
	return mark, s.Read.QueryRowContext(ctx, "SELECT COUNT(*) FROM flow_publications").Scan(&mark)
}

// Publish makes versions the current ones, and returns those that were not already.
// Nothing else changes. Of two who publish the same flow at once, the first wins and the
// second is told that nothing has changed for it.
func Publish(ctx context.Context, tx *store.Tx, workspace string, versions []Version, action Action, by string, at int64) ([]Publication, error) {
	newest, err := latest(ctx, tx, workspace)
	if err != nil {
		return nil, err
	}
	var texts [][]any
	var changed []Publication
	for _, v := range versions {
		if newest[v.Name].Version == v.Version {
			continue
		}
		texts = append(texts, []any{workspace, v.Name, v.Version, v.Source})
		changed = append(changed, Publication{v.Name, newest[v.Name].N + 1, v.Version, action, by, at})
	}
	if _, err := tx.Insert(ctx, "flow_versions", []string{"workspace", "name", "version", "source"}, texts, "ON CONFLICT (workspace, name, version) DO NOTHING"); err != nil {
		return nil, err
	}
	return add(ctx, tx, workspace, changed)
}

func add(ctx context.Context, tx *store.Tx, workspace string, list []Publication) ([]Publication, error) {
	slices.SortFunc(list, func(a, b Publication) int { // one order everywhere, or two who publish wait for each other
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	var added []Publication
	for _, p := range list {
		n, err := tx.Insert(ctx, "flow_publications", publicationColumns,
			[][]any{{workspace, p.Name, p.N, p.Version, string(p.Action), p.By, p.At}}, "ON CONFLICT (workspace, name, n) DO NOTHING")
		if err != nil {
			return nil, err
		}
		if n > 0 {
			added = append(added, p)
		}
	}
	return added, nil
}

// Withdraw makes flows not start any more. Conversations that are in them go on.
func Withdraw(ctx context.Context, tx *store.Tx, workspace string, names []string, by string, at int64) ([]Publication, error) {
	newest, err := Current(ctx, tx, workspace)
	if err != nil {
		return nil, err
	}
	var list []Publication
	for _, name := range names {
		if p, ok := newest[name]; ok {
			list = append(list, Publication{name, p.N + 1, "", Withdrawn, by, at})
		}
	}
	return add(ctx, tx, workspace, list)
}

// Rollback makes the version before the current one current again: the one that was
// published, started or withdrawn before it was. version picks another one that was
// published once; empty means that one.
func Rollback(ctx context.Context, tx *store.Tx, workspace, name, version, by string, at int64) (Publication, error) {
	history, err := db.Collect(ctx, tx, scanPublication,
		"SELECT name, n, version, action, by_whom, at FROM flow_publications WHERE workspace = $1 AND name = $2 ORDER BY n DESC", workspace, name)
	if err != nil {
		return Publication{}, err
	}
	if len(history) == 0 {
		return Publication{}, chat.Errorf(chat.NotFound, "no flow %q was ever published", name)
	}
	current := history[0]
	if version == "" {
		if version, err = before(history); err != nil {
			return Publication{}, err
		}
	}
	switch {
	case version == current.Version:
		return Publication{}, chat.Errorf(chat.Conflict, "version %s of flow %s is the current one", version, name)
	case !slices.ContainsFunc(history, func(p Publication) bool { return p.Version == version }):
		return Publication{}, chat.Errorf(chat.NotFound, "version %s of flow %s was never published", version, name)
	}
	added, err := add(ctx, tx, workspace, []Publication{{name, current.N + 1, version, RolledBack, by, at}})
	if err == nil && len(added) == 0 {
		err = chat.Errorf(chat.Conflict, "somebody else has just published flow %s", name)
	}
	if err != nil {
		return Publication{}, err
	}
	return added[0], nil
}

// before finds the version that the current one replaced when it was first published.
// history is newest first. Going back twice goes back two versions.
func before(history []Publication) (string, error) {
	current := history[0]
	for i := range history {
		p := history[i]
		if p.Version != current.Version || p.Action == RolledBack {
			continue
		}
		for _, older := range history[i+1:] {
			if older.Version != "" && older.Version != current.Version && older.Action != RolledBack {
				return older.Version, nil
			}
		}
	}
	return "", chat.Errorf(chat.Conflict, "flow %s has no version before the current one", current.Name)
}
