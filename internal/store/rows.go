package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// querier is a *sql.DB or a *sql.Tx.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// collect reads all rows of a query.
func collect[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
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

// marks writes n parameters from $first on: "$3,$4,$5".
func marks(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(first + i))
	}
	return b.String()
}

// inList writes "IN (…)" for values from parameter $first on, and gives the
// values as arguments. The list is padded to a power of two by repeating its last
// value, so that a batch of any size meets a statement the engine already knows.
// An empty list matches nothing.
func inList[T ~string](first int, values []T) (string, []any) {
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
	return "IN (" + marks(first, n) + ")", args
}

// maxParams keeps a statement under both engines' limits (32,766 and 65,535).
const maxParams = 30000

// insert writes rows of a table in as few statements as the engines allow;
// suffix is the conflict clause. It returns how many rows were written.
func (tx *Tx) insert(ctx context.Context, table string, columns []string, rows [][]any, suffix string) (int64, error) {
	var written int64
	per := min(maxParams/len(columns), 256)
	for len(rows) > 0 {
		chunk := rows[:min(per, len(rows))]
		rows = rows[len(chunk):]
		var b strings.Builder
		b.WriteString("INSERT INTO " + table + " (" + strings.Join(columns, ",") + ") VALUES ")
		args := make([]any, 0, len(chunk)*len(columns))
		for i, row := range chunk {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString("(" + marks(len(args)+1, len(columns)) + ")")
			args = append(args, row...)
		}
		b.WriteString(" " + suffix)
		res, err := tx.tx.ExecContext(ctx, b.String(), args...)
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

// overwrite is the conflict clause that replaces every column but the key and
// those named to be kept.
func overwrite(key string, columns []string, keep ...string) string {
	keep = append(keep, strings.Split(key, ",")...)
	var sets []string
	for _, c := range columns {
		if !slices.Contains(keep, c) {
			sets = append(sets, c+"=excluded."+c)
		}
	}
	return "ON CONFLICT (" + key + ") DO UPDATE SET " + strings.Join(sets, ",")
}

// encode writes a list or document as a TEXT column; nothing is "".
func encode(v any) string {
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
		panic("store: a stored document must be encodable: " + err.Error())
	}
	return string(b)
}

// decode reads what encode wrote.
func decode[T any](s string) (T, error) {
	var v T
	if s == "" {
		return v, nil
	}
	err := json.Unmarshal([]byte(s), &v)
	return v, err
}
