package app_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// dump reads every table of a database as text.
func dump(t *testing.T, database string) map[string]string {
	t.Helper()
	driver, dsn, tables := "pgx", database, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	if path, ok := strings.CutPrefix(database, "sqlite:"); ok {
		driver, dsn, tables = "sqlite", path, "SELECT name FROM sqlite_master WHERE type = 'table'"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	out := map[string]string{}
	for _, table := range query(t, db, tables) {
		out[table] = strings.Join(query(t, db, "SELECT * FROM "+table), "\n")
	}
	if len(out) < 10 {
		t.Fatalf("found only %d tables", len(out))
	}
	return out
}

// query reads rows as text, columns one after the other.
func query(t *testing.T, db *sql.DB, text string) (out []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(sql.NullString)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		var row []string
		for _, v := range values {
			row = append(row, v.(*sql.NullString).String)
		}
		out = append(out, fmt.Sprint(strings.Join(row, "\t")))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
