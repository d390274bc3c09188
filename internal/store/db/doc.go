// Package db opens and migrates a database and runs transactions on it: SQLite
// (modernc.org/sqlite) through one writer that shares commits, PostgreSQL (pgx)
// through a pool. What the two engines differ in is in dialect.go; rows.go has what
// statements of both are made of. It knows no table: what is kept is up to package
// store and those below it.
//
// Start reading at Open and DB.Write.
package db
