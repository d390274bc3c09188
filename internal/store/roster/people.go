package roster

import (
	"context"
	"database/sql"

	"parley/internal/store"
	"parley/internal/store/db"
)

// Person is a user of the desk with everything the roster knows of them. Times are
// unix milliseconds; 0 means never.
type Person struct {
	ID, Email, Name, Role string
	Disabled              bool
	Presence
	Capacity  int // conversations at the same time; -1 while nobody has said
	Languages []string
	Topics    []string
	Load      int // conversations they own and have not put aside
}

// Presence is what a person wants to be and what was seen of them. Whether they are
// there follows from both.
type Presence struct {
	Wish       string // online, away or offline; empty if they never said
	WishedAt   int64
	SeenAt     int64 // last sign of an open page
	ActiveAt   int64 // last sign of somebody in front of it
	Since      int64 // since when they are online, if they are
	AssignedAt int64 // when the desk last gave them something
}

// People lists everybody, by name.
func People(ctx context.Context, q db.Querier) ([]Person, error) {
	return db.Collect(ctx, q, scanPerson, selectPerson+"ORDER BY u.name, u.id")
}

// Present lists those who were seen since a time and keeps their presence from others
// until the transaction ends, so that two replicas do not fill the same place. What
// they own is counted after that.
func Present(ctx context.Context, tx *store.Tx, since int64) ([]Person, error) {
	if _, err := db.Collect(ctx, tx, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		"SELECT user_id FROM presence WHERE seen_at > $1 ORDER BY user_id"+tx.Dialect.Lock, since); err != nil {
		return nil, err
	}
	return db.Collect(ctx, tx, scanPerson, selectPerson+"WHERE p.seen_at > $1 ORDER BY u.name, u.id", since)
}

const selectPerson = `SELECT u.id, u.email, u.name, u.role, u.disabled_at > 0,
	COALESCE(p.wish, ''), COALESCE(p.wished_at, 0), COALESCE(p.seen_at, 0), COALESCE(p.active_at, 0), COALESCE(p.since, 0), COALESCE(p.assigned_at, 0),
	COALESCE(s.capacity, -1), COALESCE(s.languages, ''), COALESCE(s.topics, ''),
	(SELECT COUNT(*) FROM conversations c WHERE c.owner = 'agent' AND c.agent = u.id AND c.snoozed_until = 0)
	FROM users u LEFT JOIN presence p ON p.user_id = u.id LEFT JOIN skills s ON s.user_id = u.id `

func scanPerson(rows *sql.Rows) (p Person, err error) {
	var languages, topics string
	err = rows.Scan(&p.ID, &p.Email, &p.Name, &p.Role, &p.Disabled, &p.Wish, &p.WishedAt, &p.SeenAt, &p.ActiveAt, &p.Since, &p.AssignedAt,
		&p.Capacity, &languages, &topics, &p.Load)
	if err != nil {
		return p, err
	}
	if p.Languages, err = db.Decode[[]string](languages); err != nil {
		return p, err
	}
	p.Topics, err = db.Decode[[]string](topics)
	return p, err
}

var presenceColumns = []string{"user_id", "wish", "wished_at", "seen_at", "active_at", "since", "assigned_at"}

// SavePresence replaces what is known of a person's presence, but for when the desk
// last gave them something.
func SavePresence(ctx context.Context, tx *store.Tx, user string, p Presence) error {
	_, err := tx.Insert(ctx, "presence", presenceColumns, [][]any{{user, p.Wish, p.WishedAt, p.SeenAt, p.ActiveAt, p.Since, p.AssignedAt}},
		db.Overwrite("user_id", presenceColumns, "assigned_at"))
	return err
}

// LockPresence reads a person's presence and keeps it from others until the
// transaction ends; somebody never seen has an empty one.
func LockPresence(ctx context.Context, tx *store.Tx, user string) (Presence, error) {
	list, err := db.Collect(ctx, tx, func(rows *sql.Rows) (p Presence, err error) {
		return p, rows.Scan(&p.Wish, &p.WishedAt, &p.SeenAt, &p.ActiveAt, &p.Since, &p.AssignedAt)
	}, "SELECT wish, wished_at, seen_at, active_at, since, assigned_at FROM presence WHERE user_id = $1"+tx.Dialect.Lock, user)
	if err != nil || len(list) == 0 {
		return Presence{}, err
	}
	return list[0], nil
}

// Assigned notes that the desk gave a person something.
func Assigned(ctx context.Context, tx *store.Tx, user string, now int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE presence SET assigned_at = $2 WHERE user_id = $1", user, now)
	return err
}

// Skills are what a person can take and what they know.
type Skills struct {
	Capacity  int
	Languages []string
	Topics    []string
}

// SaveSkills replaces a person's.
func SaveSkills(ctx context.Context, tx *store.Tx, user string, s Skills) error {
	columns := []string{"user_id", "capacity", "languages", "topics"}
	_, err := tx.Insert(ctx, "skills", columns, [][]any{{user, s.Capacity, db.Encode(s.Languages), db.Encode(s.Topics)}}, db.Overwrite("user_id", columns))
	return err
}
