// Package storetest opens fresh databases of both engines for tests, and holds
// the conformance suite that every engine must pass.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes databases

	"parley/internal/store"
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
		test(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, postgres(t))
	})
}

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

// postgres makes an empty database and drops it after the test.
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
	name := fmt.Sprintf("parley_%d_%d", os.Getpid(), made.Add(1))
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
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
