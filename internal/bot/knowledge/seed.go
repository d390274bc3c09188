package knowledge

import (
	"embed"
	"io/fs"
)

//go:embed all:seed
var seedFiles embed.FS

// Seed is the knowledge base that ships with the program: a shop, in English and French.
func Seed() fs.FS {
	sub, err := fs.Sub(seedFiles, "seed")
	if err != nil {
		panic("knowledge: embedded seed: " + err.Error())
	}
	return sub
}
