package db

import (
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
