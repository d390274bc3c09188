package liquid

import (
	"strings"
	"sync"
	"time"
)

// Cache renders texts that come with requests and keeps their compiled form; when full it starts anew.
// It is safe for concurrent use.
type Cache struct {
	engine *Engine
	size   int

	mu  sync.Mutex
	all map[string]*Template
}

// NewCache returns a cache of up to size templates.
func NewCache(engine *Engine, size int) *Cache {
	return &Cache{engine: engine, size: size, all: map[string]*Template{}}
}

// Render compiles the source, or finds it, and renders it as Template.Render does.
func (c *Cache) Render(source string, bindings map[string]any, now time.Time) (string, error) {
	if !strings.Contains(source, "{{") && !strings.Contains(source, "{%") {
		return source, nil
	}
	t, err := c.template(source)
	if err != nil {
		return "", err
	}
	return t.Render(bindings, now)
}

func (c *Cache) template(source string) (*Template, error) {
	c.mu.Lock()
	t := c.all[source]
	c.mu.Unlock()
	if t != nil {
		return t, nil
	}
	t, err := c.engine.Compile(source)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.all) >= c.size {
		clear(c.all)
	}
	c.all[source] = t
	return t, nil
}
