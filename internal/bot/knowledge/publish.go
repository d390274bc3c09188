package knowledge

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"parley/internal/bot/intent"
	"parley/internal/bot/passage"
)

// Published is a knowledge base ready to answer. It does not change and is safe for
// concurrent use; a new one replaces it as a whole.
type Published struct {
	*Base
	// Models has one entry per language of the base.
	Models map[string]*intent.Model
	// Documents has an index for every language that has passages.
	Documents map[string]*passage.Index
	Detector  *intent.Detector
}

// Publish trains one model per language. progress is called with growing done and never
// concurrently; it may be nil. It fails only when ctx ends or a language has nothing to
// learn from, which a loaded base never has.
func Publish(ctx context.Context, base *Base, progress func(done, total int)) (*Published, error) {
	p := &Published{Base: base, Models: make(map[string]*intent.Model), Documents: make(map[string]*passage.Index)}
	phrasings := make(map[string][]string)
	for i, lang := range base.Languages {
		examples := base.examples(lang)
		for _, e := range examples {
			phrasings[lang] = append(phrasings[lang], e.Text)
		}
		m, err := intent.Train(ctx, examples, intent.Options{
			Language: lang, OOSPrior: base.OOSPrior, Progress: stage(progress, i, len(base.Languages)),
		})
		if err != nil {
			return nil, fmt.Errorf("publish knowledge base, language %s: %w", lang, err)
		}
		p.Models[lang] = m
	}
	for lang, list := range base.Passages {
		p.Documents[lang] = passage.New(lang, list)
	}
	p.Detector = intent.NewDetector(phrasings)
	return p, nil
}

// stage maps the progress of one of several equal stages to the whole, in thousandths.
func stage(progress func(done, total int), i, stages int) func(done, total int) {
	if progress == nil {
		return nil
	}
	return func(done, total int) {
		progress(1000*i+1000*done/total, 1000*stages)
	}
}

func (b *Base) examples(lang string) []intent.Example {
	var list []intent.Example
	for _, in := range b.In(lang) {
		for _, p := range in.Phrasings {
			list = append(list, intent.Example{Label: in.Name, Text: p.Text})
		}
	}
	return list
}

// ManifestFile is written beside the base by a publish. Its name starts with a dot, so it
// is no part of the content.
const ManifestFile = ".published.json"

// Manifest says what was published last.
type Manifest struct {
	Version     string                      `json:"version"`
	Name        string                      `json:"name"`
	Languages   map[string]ManifestLanguage `json:"languages"`
	PublishedAt time.Time                   `json:"publishedAt"`
	TrainMillis int64                       `json:"trainMillis"`
}

// ManifestLanguage counts one language.
type ManifestLanguage struct {
	Intents   int `json:"intents"`
	Phrasings int `json:"phrasings"`
}

// Manifest describes the base as published at now after took of training.
func (b *Base) Manifest(now time.Time, took time.Duration) Manifest {
	m := Manifest{
		Version: b.Version, Name: b.Name, Languages: make(map[string]ManifestLanguage),
		PublishedAt: now.UTC(), TrainMillis: took.Milliseconds(),
	}
	for _, lang := range b.Languages {
		var count ManifestLanguage
		for _, in := range b.In(lang) {
			count.Intents++
			count.Phrasings += len(in.Phrasings)
		}
		m.Languages[lang] = count
	}
	return m
}

// WriteManifest puts the manifest beside the base, whole or not at all: a reader never
// sees half of it.
func WriteManifest(dir string, m Manifest) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	tmp, err := os.CreateTemp(dir, ManifestFile+".*")
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	if _, err := tmp.Write(append(raw, '\n')); err != nil {
		tmp.Close()
		return fmt.Errorf("manifest: %w", err)
	}
	if err := tmp.Chmod(0o644); err != nil {
		tmp.Close()
		return fmt.Errorf("manifest: %w", err)
	}
	if err := tmp.Close(); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	if err := os.Rename(tmp.Name(), filepath.Join(dir, ManifestFile)); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
