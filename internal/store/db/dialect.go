package db

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Dialect is everything in which the two engines differ.
type Dialect struct {
	Name       string // "sqlite" or "postgres"
	Lock       string // suffix that locks the rows of a SELECT
	SkipLocked string // suffix that locks those rows that nobody else holds
	After      string // predicate on feed rows that come after the cursor ($1, $2)
	Settled    string // predicate on feed rows whose order can no longer change: a cheap one, of any server
	Below      string // the same for a horizon ($4), see DB.Horizon; "" where every row is settled
	FeedOrder  []string
}

var (
	sqliteDialect = Dialect{Name: "sqlite", After: "txid >= $1 AND cursor > $2", Settled: "TRUE", FeedOrder: []string{"cursor"}}
	// A transaction number is taken when a transaction begins to write, so a row
	// may become visible after a later one. Below the snapshot's xmin every
	// transaction has ended, hence nothing can appear there any more.
	postgresDialect = Dialect{
		Name: "postgres", Lock: " FOR NO KEY UPDATE", SkipLocked: " FOR NO KEY UPDATE SKIP LOCKED",
		After:     "(txid, cursor) > (CAST(CAST(CAST($1 AS BIGINT) AS TEXT) AS XID8), $2)",
		Settled:   "txid < pg_snapshot_xmin(pg_current_snapshot())",
		Below:     "txid < CAST(CAST(CAST($4 AS BIGINT) AS TEXT) AS XID8)",
		FeedOrder: []string{"txid", "cursor"},
	}
)

// location is a parsed database setting.
type location struct {
	dialect Dialect
	dsn     string
	path    string // file of an SQLite database
}

// parseURL understands "sqlite:PATH" and "postgres://…".
func parseURL(database string) (location, error) {
	switch {
	case strings.HasPrefix(database, "postgres://"), strings.HasPrefix(database, "postgresql://"):
		return location{dialect: postgresDialect, dsn: database}, nil
	case strings.HasPrefix(database, "sqlite:"):
		path := strings.TrimPrefix(strings.TrimPrefix(database, "sqlite:"), "//")
		if path == "" {
			return location{}, errors.New(`database: "sqlite:" names no file; write sqlite:./data/parley.db`)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return location{}, fmt.Errorf("database folder: %w", err)
		}
		return location{dialect: sqliteDialect, path: path}, nil
	}
	return location{}, errors.New("database: neither sqlite:PATH nor postgres://…; see docs/config.md")
}

// sqliteDSN sets the pragmas of every connection; busy_timeout comes first so
// that the others wait too. synchronous is FULL because a webhook that was
// answered 2xx must survive a power cut.
func sqliteDSN(path string, write bool) string {
	pragmas := []string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)",
		"foreign_keys(ON)", "temp_store(MEMORY)", "cache_size(-32000)",
	}
	q := url.Values{}
	if write {
		q.Set("_txlock", "immediate")
	} else {
		pragmas = append(pragmas, "query_only(ON)")
	}
	q["_pragma"] = pragmas
	// In a URI these have a meaning of their own ("Uniform Resource Identifiers", sqlite.org).
	name := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
	return "file:" + name + "?" + q.Encode()
}

// retryable says whether a transaction failed only because of others running
// beside it, so that running it again is right.
func retryable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "40001", "40P01", "23505", "55P03": // serialization, deadlock, unique (a race for a new row), lock
			return true
		}
		return false
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	return errors.Is(err, ErrRaced)
}

// Parameter writes the n-th parameter of a long generated list. On SQLite it has
// no name, because named ones are looked up one by one for each that is bound; it
// then counts on from the parameters before it in the text.
func (d Dialect) Parameter(n int) string {
	if d.Name == "sqlite" {
		return "?"
	}
	return "$" + strconv.Itoa(n)
}

// ErrRaced is returned inside a transaction that saw another one win.
var ErrRaced = errors.New("another transaction was first")
