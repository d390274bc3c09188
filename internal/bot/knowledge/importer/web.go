package importer

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/temoto/robotstxt"
)

const (
	maxBytes = 20 << 20 // of a file or page
	maxMaps  = 50       // sitemaps that a sitemap leads to
	agent    = "parley"
)

// Web is how pages are fetched. The zero value does not work; see its fields.
type Web struct {
	Client *http.Client // its redirects are followed on the same host only
	Pages  int          // at most
	// Pause lies between two pages; robots.txt may ask for a longer one.
	Pause time.Duration
}

// get fetches one address and says what it is, by its kind.
func (w Web) get(ctx context.Context, address string) ([]byte, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", errors.New("is not an address that can be read")
	}
	req.Header.Set("User-Agent", agent)
	client := *w.Client
	client.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		if next.URL.Host != req.URL.Host {
			return fmt.Errorf("it sends on to another host, %s; name that address if you mean it", next.URL.Host)
		}
		if len(via) > 5 {
			return errors.New("it sends on more than five times")
		}
		return nil
	}
	res, err := client.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) { // it repeats the address
			err = wrapped.Err
		}
		return nil, "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, "", refusal(res.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxBytes+1))
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("the server broke off: %w", err)
	case len(raw) > maxBytes:
		return nil, "", fmt.Errorf("is larger than %d MB", maxBytes>>20)
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	switch kind {
	case "text/html", "application/xhtml+xml":
		return raw, kindHTML, nil
	case "application/pdf":
		return raw, kindPDF, nil
	case "text/markdown", "text/plain":
		return raw, kindMarkdown, nil
	}
	return raw, kind, nil
}

// refusal is a status that is not 200.
type refusal int

func (r refusal) Error() string {
	return fmt.Sprintf("the server answers %d %s", int(r), http.StatusText(int(r)))
}

// crawl gives every page of a sitemap that robots.txt lets it fetch, one after another,
// up to the bound. Pages of other hosts are left out.
func (w Web) crawl(ctx context.Context, address string, each func(page string, raw []byte, kind string, err error)) error {
	home, err := url.Parse(address)
	if err != nil || home.Host == "" {
		return fmt.Errorf("%s is no address of a sitemap; it starts with https://", address)
	}
	rules, err := w.robots(ctx, home)
	if err != nil {
		return err
	}
	pages, err := w.pages(ctx, home)
	if err != nil {
		return err
	}
	pause := max(w.Pause, rules.FindGroup(agent).CrawlDelay)
	for i, page := range pages {
		if i > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(pause):
			}
		}
		if !rules.TestAgent(page.RequestURI(), agent) {
			each(page.String(), nil, "", errors.New("robots.txt asks not to fetch it"))
			continue
		}
		raw, kind, err := w.get(ctx, page.String())
		if ctx.Err() != nil {
			return ctx.Err()
		}
		each(page.String(), raw, kind, err)
	}
	return nil
}

// robots are the rules for us: none where there is no such file, and nothing may be
// fetched while its server fails (RFC 9309, section 2.3.1).
func (w Web) robots(ctx context.Context, home *url.URL) (*robotstxt.RobotsData, error) {
	raw, _, err := w.get(ctx, home.Scheme+"://"+home.Host+"/robots.txt")
	status := refusal(http.StatusOK)
	if err != nil && !errors.As(err, &status) {
		return nil, fmt.Errorf("robots.txt of %s: %w", home.Host, err)
	}
	rules, err := robotstxt.FromStatusAndBytes(int(status), raw)
	if err != nil {
		return nil, fmt.Errorf("robots.txt of %s cannot be read: %w", home.Host, err)
	}
	return rules, nil
}

// pages reads a sitemap and those it leads to.
func (w Web) pages(ctx context.Context, home *url.URL) ([]*url.URL, error) {
	var pages []*url.URL
	seen := map[string]bool{}
	maps := []string{home.String()}
	for i := 0; i < len(maps) && i < maxMaps; i++ {
		raw, _, err := w.get(ctx, maps[i])
		if err != nil {
			return nil, fmt.Errorf("the sitemap %s: %w", maps[i], err)
		}
		site, err := parseSitemap(raw)
		if err != nil {
			return nil, fmt.Errorf("the sitemap %s: %w", maps[i], err)
		}
		for _, at := range site.Maps {
			if same(home, at.Loc) != nil && !slices.Contains(maps, at.Loc) {
				maps = append(maps, at.Loc)
			}
		}
		for _, at := range site.Pages {
			if page := same(home, at.Loc); page != nil && !seen[page.String()] {
				seen[page.String()] = true
				pages = append(pages, page)
			}
		}
	}
	switch {
	case len(pages) == 0:
		return nil, fmt.Errorf("the sitemap names no page of %s", home.Host)
	case len(pages) > w.Pages:
		return nil, fmt.Errorf("the sitemap names %d pages, more than the %d of --max-pages; raise it, or name the sitemap of a part", len(pages), w.Pages)
	}
	return pages, nil
}

// same is an address if it is one of the same host.
func same(home *url.URL, address string) *url.URL {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host != home.Host || u.Scheme != "https" && u.Scheme != "http" {
		return nil
	}
	u.Fragment = ""
	return u
}

// sitemap is either form of sitemaps.org's protocol.
type sitemap struct {
	Pages []location `xml:"url"`
	Maps  []location `xml:"sitemap"`
}

type location struct {
	Loc string `xml:"loc"`
}

func parseSitemap(raw []byte) (sitemap, error) {
	if bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return sitemap{}, fmt.Errorf("is not gzip: %w", err)
		}
		if raw, err = io.ReadAll(io.LimitReader(unpacked, 5*maxBytes)); err != nil {
			return sitemap{}, fmt.Errorf("is not gzip: %w", err)
		}
	}
	var s sitemap
	if err := xml.Unmarshal(raw, &s); err != nil {
		return s, fmt.Errorf("is not XML as sitemaps.org has it: %w", err)
	}
	for i := range s.Maps {
		s.Maps[i].Loc = strings.TrimSpace(s.Maps[i].Loc)
	}
	return s, nil
}
