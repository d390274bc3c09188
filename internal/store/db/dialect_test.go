package db

import (
	"os"
	"path/filepath"
	"testing"
)

// Statements number their parameters, and a driver that binds them by first
// appearance would silently store the wrong data.
func TestSQLite_bindsParametersByNumber(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), steps)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var second, first, again string
	if err := s.Read.QueryRowContext(t.Context(), "SELECT $2, $1, $2", "one", "two").Scan(&second, &first, &again); err != nil {
		t.Fatal(err)
	}
	if first != "one" || second != "two" || again != "two" {
		t.Errorf("$2, $1, $2 gave %s, %s, %s", second, first, again)
	}
}

// A folder may be called anything, and the database must be in that one.
func TestSQLite_opensTheFileThatIsNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "50% of #1?", "x.db")
	s, err := Open(t.Context(), "sqlite:"+path, steps)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("the database is not at %s: %v", path, err)
	}
}
