// Package storetest opens fresh databases of both engines for tests, and holds
// the conformance suite that every engine must pass.
package storetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes databases

	"parley/internal/store"
	"parley/internal/store/migrations"
)

// PostgresEnv names the environment variable that holds the address of a
// PostgreSQL server on which tests may make databases.
const PostgresEnv = "PARLEY_TEST_POSTGRES"

// Each runs a test on both engines, with a fresh, migrated store of its own. It
// skips PostgreSQL, loudly, when no server is named; in CI that is a failure.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachURL(t, func(t *testing.T, database string) {
		test(t, open(t, database))
	})
}

// EachURL is Each for tests that open the database themselves.
func EachURL(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, postgres(t))
	})
}

// SQLite is a migrated database of the test's own.
func SQLite(t testing.TB) string {
	t.Helper()
	file, err := migrated()
	if err != nil {
		t.Fatalf("make a test database: %v", err)
	}
	path := filepath.Join(t.TempDir(), "parley.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// migrated is an empty SQLite file with today's schema, made once: the steps to it take
// longer than most tests.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "parley-storetest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "parley.db")
	s, err := store.Open(context.Background(), "sqlite:"+path)
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func open(t *testing.T, database string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

var made atomic.Int64

// postgres makes a migrated database and drops it after the test.
func postgres(t *testing.T) string {
	t.Helper()
	server := os.Getenv(PostgresEnv)
	if server == "" {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not set, and CI must test PostgreSQL", PostgresEnv)
		}
		t.Skipf("SKIPPED on PostgreSQL: set %s to a server's address; `make test` starts one", PostgresEnv)
	}
	address, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", PostgresEnv, err)
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	template, err := template(t.Context(), admin, *address)
	if err != nil {
		t.Fatalf("make a database to copy: %v", err)
	}
	name := fmt.Sprintf("parley_%d_%d", os.Getpid(), made.Add(1))
	if _, err := admin.Exec("CREATE DATABASE " + name + " TEMPLATE " + template); err != nil {
		t.Fatalf("make a test database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil && !strings.Contains(err.Error(), "closed") {
			t.Errorf("drop the test database: %v", err)
		}
		_ = admin.Close()
	})
	address.Path = "/" + name
	return address.String()
}

// template names the server's database with today's schema, which tests copy. The first
// who needs it makes it; it stays until somebody drops it.
func template(ctx context.Context, admin *sql.DB, server url.URL) (string, error) {
	hash := sha256.New()
	err := fs.WalkDir(migrations.Files(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		step, err := fs.ReadFile(migrations.Files(), path)
		fmt.Fprintf(hash, "%s %d ", path, len(step))
		hash.Write(step)
		return err
	})
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("parley_template_%x", hash.Sum(nil)[:8])
	conn, err := admin.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	exists := func() (is bool, err error) {
		err = conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&is)
		return is, err
	}
	if is, err := exists(); is || err != nil {
		return name, err
	}
	const key = 7_275_391 // of an advisory lock; nobody else's
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", key); err != nil {
		return "", err
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", key) }()
	if is, err := exists(); is || err != nil {
		return name, err
	}
	draft := fmt.Sprintf("%s_%d", name, os.Getpid())
	if _, err := conn.ExecContext(ctx, "CREATE DATABASE "+draft); err != nil {
		return "", err
	}
	server.Path = "/" + draft
	s, err := store.Open(ctx, server.String())
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		return "", err
	}
	_, err = conn.ExecContext(ctx, "ALTER DATABASE "+draft+" RENAME TO "+name)
	return name, err
}
