// Package migrations holds the steps to today's schema, in a folder for each dialect. A
// step that was released is never changed.
package migrations

import (
	"embed"
	"io/fs"
)

//go:embed sqlite postgres
var files embed.FS

// Files are the folders of steps.
func Files() fs.FS { return files }
