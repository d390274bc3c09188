package db

import "testing/fstest"

// steps is the least that can be migrated to.
var steps = fstest.MapFS{
	"sqlite/00001_users.sql": {Data: []byte("-- +goose Up\nCREATE TABLE users (id TEXT PRIMARY KEY, email TEXT NOT NULL);\n")},
}
