package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
)

// Querier reads: a *sql.DB or a transaction.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Collect reads all rows of a query.
func Collect[T any](ctx context.Context, q Querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// Marks writes n parameters from $first on.
func (d Dialect) Marks(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(d.Parameter(first + i))
	}
	return b.String()
}

// OneOf writes "IN (…)" for values from parameter $first on, and gives the values as
// arguments. It must stand behind all other parameters of the statement. The list
// is padded to a power of two by repeating its last value, so that a batch of any
// size meets a statement the engine already knows. An empty list matches nothing.
func OneOf[T ~string](d Dialect, first int, values []T) (string, []any) {
	if len(values) == 0 {
		return "IN (NULL)", nil
	}
	n := 1
	for n < len(values) {
		n *= 2
	}
	args := make([]any, n)
	for i := range args {
		args[i] = string(values[min(i, len(values)-1)])
	}
	return "IN (" + d.Marks(first, n) + ")", args
}

// Insert writes rows of a table in few statements of few different sizes, which
// the engines therefore keep prepared; suffix is the conflict clause. It returns
// how many rows were written.
func (tx *Tx) Insert(ctx context.Context, table string, columns []string, rows [][]any, suffix string) (int64, error) {
	var written int64
	for len(rows) > 0 {
		size := 1
		for _, s := range []int{64, 16, 4} {
			if len(rows) >= s {
				size = s
				break
			}
		}
		var b strings.Builder
		b.WriteString("INSERT INTO " + table + " (" + strings.Join(columns, ",") + ") VALUES ")
		args := make([]any, 0, size*len(columns))
		for i, row := range rows[:size] {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString("(" + tx.Dialect.Marks(len(args)+1, len(columns)) + ")")
			args = append(args, row...)
		}
		rows = rows[size:]
		b.WriteString(" " + suffix)
		res, err := tx.ExecContext(ctx, b.String(), args...)
		if err != nil {
			return written, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return written, err
		}
		written += n
	}
	return written, nil
}

// Overwrite is the conflict clause that replaces every column but the key and
// those named to be kept.
func Overwrite(key string, columns []string, keep ...string) string {
	keep = append(keep, strings.Split(key, ",")...)
	var sets []string
	for _, c := range columns {
		if !slices.Contains(keep, c) {
			sets = append(sets, c+"=excluded."+c)
		}
	}
	return "ON CONFLICT (" + key + ") DO UPDATE SET " + strings.Join(sets, ",")
}

// Encode writes a list or document as a TEXT column; nothing is "".
func Encode(v any) string {
	switch v := v.(type) {
	case []string:
		if len(v) == 0 {
			return ""
		}
	case nil:
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic("db: a stored document must be encodable: " + err.Error())
	}
	return string(b)
}

// Decode reads what Encode wrote.
func Decode[T any](s string) (T, error) {
	var v T
	if s == "" {
		return v, nil
	}
	err := json.Unmarshal([]byte(s), &v)
	return v, err
}
