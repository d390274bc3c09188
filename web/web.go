// Package web serves Parley's two pages, the desk and the sandbox's phone, from files embedded at build time.
//
// It owns how the pages are cached, compressed and locked down, and nothing of what they say: it answers no API call
// and knows no other package of Parley. A program built before `make ui` still runs; its pages then tell how to build them.
package web

import (
	"bytes"
	"embed"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// dist holds the output of `npm run build`. The `all:` prefix matters: on a fresh clone its only file is `.keep`.
//
//go:embed all:ui/dist
var dist embed.FS

// ErrNotBuilt is returned by [FS] when the program was compiled without the pages.
var ErrNotBuilt = errors.New("the pages are not built: run `make ui` and build again")

// FS returns the built pages and their assets, or [ErrNotBuilt]. The files must not be changed.
func FS() (fs.FS, error) {
	files, err := fs.Sub(dist, "ui/dist")
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(files, deskPage); err != nil {
		return nil, ErrNotBuilt
	}
	return files, nil
}

const (
	deskPage  = "index.html"
	phonePage = "phone.html"
)

// Everything comes from the page's own origin, what customers send included: the gateway fetches it for the desk. The
// phone, which holds pretend people only, shows pictures from anywhere.
const (
	policy      = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
	deskPolicy  = policy + "img-src 'self' data:; media-src 'self'"
	phonePolicy = policy + "img-src 'self' data: blob: https: http:; media-src 'self' https: http:"
)

// Desk serves the desk at every path that is not a file, so that its deep links work. Mount it at "/" behind the API.
func Desk() http.Handler {
	files, err := FS()
	if err != nil {
		return notBuilt{}
	}
	return page{files: files, index: deskPage, policy: deskPolicy}
}

// Phone serves the sandbox's phone page at every path that is not a file.
func Phone() http.Handler {
	files, err := FS()
	if err != nil {
		return notBuilt{}
	}
	return page{files: files, index: phonePage, policy: phonePolicy}
}

// page answers with a file of files when the path names one, and with the index otherwise.
type page struct {
	files  fs.FS
	index  string
	policy string
}

func (p page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !readable(w, r) {
		return
	}
	h := w.Header()
	harden(h, p.policy)
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	switch {
	case strings.HasPrefix(name, "assets/"):
		// The name carries a hash of the content, so the bytes behind it never change.
		if !p.serve(w, r, name, "public, max-age=31536000, immutable") {
			h.Set("Cache-Control", "no-store")
			http.Error(w, "no such asset; reload the page", http.StatusNotFound)
		}
	case isPage(name) || strings.HasPrefix(path.Base(name), ".") || !p.serve(w, r, name, "no-cache"):
		p.serve(w, r, p.index, "no-store")
	}
}

// isPage reports whether name is one of the two entries, which are only ever served as an index: the other handler's
// page would not find its API here.
func isPage(name string) bool { return name == "" || name == deskPage || name == phonePage }

// serve writes the file called name, compressed when the client takes it, and reports whether there is such a file.
func (p page) serve(w http.ResponseWriter, r *http.Request, name, cache string) bool {
	if info, err := fs.Stat(p.files, name); err != nil || info.IsDir() {
		return false
	}
	h := w.Header()
	body, encoding := p.encoded(name, r.Header.Values("Accept-Encoding"))
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	h.Add("Vary", "Accept-Encoding")
	h.Set("Cache-Control", cache)
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		h.Set("Content-Type", kind)
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
	return true
}

// encoded returns the smallest form of a file that the client accepts, and its content coding ("" for the file itself).
func (p page) encoded(name string, accept []string) ([]byte, string) {
	for _, coding := range []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(accept, coding.name) {
			continue
		}
		if body, err := fs.ReadFile(p.files, name+coding.suffix); err == nil {
			return body, coding.name
		}
	}
	body, _ := fs.ReadFile(p.files, name)
	return body, ""
}

// accepts reads an Accept-Encoding header (RFC 9110, 12.5.3): a coding counts when it is named without "q=0".
func accepts(headers []string, coding string) bool {
	for _, part := range strings.Split(strings.Join(headers, ","), ",") {
		name, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		weight, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(params), " ", ""), "q=")
		return !ok || strings.Trim(weight, "0.") != ""
	}
	return false
}

// readable refuses methods that a page has no answer for.
func readable(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, "this address is a page: use GET", http.StatusMethodNotAllowed)
	return false
}

func harden(h http.Header, policy string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
}

// notBuilt stands in for both pages in a program that was compiled without them.
type notBuilt struct{}

const notice = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Parley: pages not built</title>
<h1>The pages are not built</h1>
<p>This program was compiled without its pages. The APIs work. To get the pages, in the source folder run</p>
<pre>make ui</pre>
<p>and build or start the program again. It needs Node 20.19 or later.</p>
</html>
`

func (notBuilt) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !readable(w, r) {
		return
	}
	h := w.Header()
	harden(h, policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	if r.Method == http.MethodGet {
		_, _ = w.Write([]byte(notice))
	}
}
