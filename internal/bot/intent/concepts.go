package intent

import (
	"embed"
	"path"
	"strings"
	"sync"
)

// conceptFiles hold groups of words that mean much the same to customer service, by
// language. They stand in for what a pretrained embedding would know.
//
//go:embed concepts/*.txt
var conceptFiles embed.FS

// concepts returns the features of the groups each stem belongs to, or nil for a
// language without groups.
func concepts(language string) map[uint64][]uint64 { return conceptGroups()[language] }

var conceptGroups = sync.OnceValue(func() map[string]map[uint64][]uint64 {
	files, err := conceptFiles.ReadDir("concepts")
	if err != nil {
		panic("intent: embedded concepts: " + err.Error())
	}
	all := make(map[string]map[uint64][]uint64)
	for _, f := range files {
		raw, err := conceptFiles.ReadFile("concepts/" + f.Name())
		if err != nil {
			panic("intent: embedded concepts: " + err.Error())
		}
		language := strings.TrimSuffix(f.Name(), path.Ext(f.Name()))
		all[language] = readConcepts(language, string(raw))
	}
	return all
})

func readConcepts(language, text string) map[uint64][]uint64 {
	stem := stemmer(language)
	groups := make(map[uint64][]uint64)
	for line := range strings.Lines(text) {
		name, list, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		group := hashString(groupSeed, name)
		seen := make(map[uint64]bool)
		for word := range strings.FieldsSeq(list) {
			h := hashStem(stem, Fold(word))
			if !seen[h] {
				seen[h] = true
				groups[h] = append(groups[h], group)
			}
		}
	}
	return groups
}
