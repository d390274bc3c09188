package roster

import (
	"context"
	"database/sql"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Team is people who answer for something together.
type Team struct {
	ID, Name, Strategy string
	AutoAssign         bool
	Members            []string // user ids, sorted
	Languages          []string
	Topics             []string
	Hours              string // a JSON document, opaque here; empty for always
	CreatedAt          int64
}

// Teams lists all of them, oldest first.
func Teams(ctx context.Context, q db.Querier) ([]Team, error) {
	teams, err := db.Collect(ctx, q, scanTeam, "SELECT id, name, strategy, auto_assign, languages, topics, hours, created_at FROM teams ORDER BY created_at, id")
	if err != nil {
		return nil, err
	}
	at := make(map[string]*Team, len(teams))
	for i := range teams {
		at[teams[i].ID] = &teams[i]
	}
	_, err = db.Collect(ctx, q, func(rows *sql.Rows) (struct{}, error) {
		var team, user string
		err := rows.Scan(&team, &user)
		if t := at[team]; t != nil {
			t.Members = append(t.Members, user)
		}
		return struct{}{}, err
	}, "SELECT team_id, user_id FROM team_members ORDER BY team_id, user_id")
	return teams, err
}

func scanTeam(rows *sql.Rows) (t Team, err error) {
	var auto int64
	var languages, topics string
	if err = rows.Scan(&t.ID, &t.Name, &t.Strategy, &auto, &languages, &topics, &t.Hours, &t.CreatedAt); err != nil {
		return t, err
	}
	t.AutoAssign = auto != 0
	if t.Languages, err = db.Decode[[]string](languages); err != nil {
		return t, err
	}
	t.Topics, err = db.Decode[[]string](topics)
	return t, err
}

var teamColumns = []string{"id", "name", "strategy", "auto_assign", "languages", "topics", "hours", "created_at"}

// SaveTeam adds a team or replaces everything of it but its age. A name that another
// team has is a Conflict, and a member who is no user is Invalid.
func SaveTeam(ctx context.Context, tx *store.Tx, t Team) error {
	var taken int
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM teams WHERE name = $1 AND id <> $2", t.Name, t.ID).Scan(&taken); err != nil {
		return err
	}
	if taken > 0 {
		return chat.Errorf(chat.Conflict, "there is a team %q already; choose another name", t.Name)
	}
	auto := 0
	if t.AutoAssign {
		auto = 1
	}
	if _, err := tx.Insert(ctx, "teams", teamColumns,
		[][]any{{t.ID, t.Name, t.Strategy, auto, db.Encode(t.Languages), db.Encode(t.Topics), t.Hours, t.CreatedAt}},
		db.Overwrite("id", teamColumns, "created_at")); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM team_members WHERE team_id = $1", t.ID); err != nil {
		return err
	}
	known, err := usersOf(ctx, tx, t.Members)
	if err != nil {
		return err
	}
	rows := make([][]any, len(t.Members))
	for i, user := range t.Members {
		if !known[user] {
			return chat.Errorf(chat.Invalid, "member %q is no user", user)
		}
		rows[i] = []any{t.ID, user}
	}
	_, err = tx.Insert(ctx, "team_members", []string{"team_id", "user_id"}, rows, "")
	return err
}

func usersOf(ctx context.Context, tx *store.Tx, ids []string) (map[string]bool, error) {
	in, args := db.OneOf(tx.Dialect, 1, ids)
	known := map[string]bool{}
	_, err := db.Collect(ctx, tx, func(rows *sql.Rows) (struct{}, error) {
		var id string
		err := rows.Scan(&id)
		known[id] = true
		return struct{}{}, err
	}, "SELECT id FROM users WHERE id "+in, args...)
	return known, err
}

// DeleteTeam removes a team. What was meant for it is then meant for anybody. A
// missing one is NotFound.
func DeleteTeam(ctx context.Context, tx *store.Tx, id string) error {
	// Conversations first: that is the order in which everybody locks.
	for _, statement := range []string{
		"UPDATE conversations SET team = '' WHERE id IN (SELECT id FROM conversations WHERE team = $1 ORDER BY id" + tx.Dialect.Lock + ")",
		"DELETE FROM team_members WHERE team_id = $1",
	} {
		if _, err := tx.ExecContext(ctx, statement, id); err != nil {
			return err
		}
	}
	res, err := tx.ExecContext(ctx, "DELETE FROM teams WHERE id = $1", id)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return chat.Errorf(chat.NotFound, "there is no such team")
}
