// Package store is Parley's memory: all SQL is here and nowhere else.
//
// One SQL text with $N parameters serves SQLite (modernc.org/sqlite) and
// PostgreSQL (pgx); what truly differs is in dialect.go, and one conformance
// suite in storetest runs on both. mattn/go-sqlite3 must not be dropped in: it
// numbers $N by first appearance, which would silently bind the wrong data.
//
// The hot path works in batches. Rows are locked and loaded together, the rules
// of package chat are applied to them in Go, and they are saved together, so
// that a rule exists once and a transaction serves many messages. Locks are
// taken in one order everywhere: contacts, conversations, lanes, each sorted by id.
//
// A conversation is its own work item and a lane is one contact's way out; both
// are claimed by "due_at has come and no lease holds it". Times are unix
// milliseconds given by the caller: the database's clock is never asked.
//
// Reads are methods of Store, writes are methods of Tx. Start with ingest.go,
// turns.go and deliveries.go, which are one message's way through.
package store
