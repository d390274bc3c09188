package web

import (
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func built() fs.FS {
	return fstest.MapFS{
		".keep":                 {},
		"index.html":            {Data: []byte("<title>desk</title>")},
		"phone.html":            {Data: []byte("<title>phone</title>")},
		"favicon.svg":           {Data: []byte("<svg/>")},
		"assets/app-1a2b.js":    {Data: []byte("plain")},
		"assets/app-1a2b.js.br": {Data: []byte("brotli")},
		"assets/app-1a2b.js.gz": {Data: []byte("gzip")},
		"assets/b-1a2b.css":     {Data: []byte("css")},
	}
}

func get(t *testing.T, h http.Handler, path, encoding string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPage_servesFilesAndFallsBackToIndex(t *testing.T) {
	t.Parallel()
	desk := page{files: built(), index: deskPage, policy: deskPolicy}
	phone := page{files: built(), index: phonePage, policy: phonePolicy}
	for _, tc := range []struct {
		name           string
		h              http.Handler
		path, encoding string
		status         int
		body, cache    string
		coding         string
	}{
		{"desk root", desk, "/", "", 200, "<title>desk</title>", "no-store", ""},
		{"deep link", desk, "/conversations/01a", "gzip", 200, "<title>desk</title>", "no-store", ""},
		{"phone root", phone, "/", "", 200, "<title>phone</title>", "no-store", ""},
		{"phone never shows the desk", phone, "/index.html", "", 200, "<title>phone</title>", "no-store", ""},
		{"desk never shows the phone", desk, "/phone.html", "", 200, "<title>desk</title>", "no-store", ""},
		{"dot files stay hidden", desk, "/.keep", "", 200, "<title>desk</title>", "no-store", ""},
		{"climbing stays inside", desk, "/../../web.go", "", 200, "<title>desk</title>", "no-store", ""},
		{"file", desk, "/favicon.svg", "", 200, "<svg/>", "no-cache", ""},
		{"folder", desk, "/assets", "", 200, "<title>desk</title>", "no-store", ""},
		{"asset", desk, "/assets/app-1a2b.js", "", 200, "plain", "public, max-age=31536000, immutable", ""},
		{"asset gzip", desk, "/assets/app-1a2b.js", "gzip, deflate", 200, "gzip", "public, max-age=31536000, immutable", "gzip"},
		{"asset brotli first", desk, "/assets/app-1a2b.js", "gzip, br;q=0.9", 200, "brotli", "public, max-age=31536000, immutable", "br"},
		{"coding refused", desk, "/assets/app-1a2b.js", "br;q=0, gzip; q=0.0", 200, "plain", "public, max-age=31536000, immutable", ""},
		{"asset without compressed form", desk, "/assets/b-1a2b.css", "br", 200, "css", "public, max-age=31536000, immutable", ""},
		{"asset of an older build", desk, "/assets/app-old.js", "", 404, "no such asset; reload the page\n", "no-store", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := get(t, tc.h, tc.path, tc.encoding)
			if w.Code != tc.status || w.Body.String() != tc.body {
				t.Errorf("got %d %q, want %d %q", w.Code, w.Body, tc.status, tc.body)
			}
			if got := w.Header().Get("Cache-Control"); got != tc.cache {
				t.Errorf("Cache-Control %q, want %q", got, tc.cache)
			}
			if got := w.Header().Get("Content-Encoding"); got != tc.coding {
				t.Errorf("Content-Encoding %q, want %q", got, tc.coding)
			}
			if tc.coding != "" && !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") {
				t.Errorf("Content-Type %q of a compressed script", w.Header().Get("Content-Type"))
			}
		})
	}
}

func TestPage_sendsStrictPolicy(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/assets/app-1a2b.js", "/assets/none.js"} {
		h := get(t, page{files: built(), index: deskPage, policy: deskPolicy}, path, "").Header()
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: policy %q lacks %q", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*;") {
			t.Errorf("%s: policy %q is not strict", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: nosniff missing", path)
		}
	}
}

func TestPage_refusesWrites(t *testing.T) {
	t.Parallel()
	for _, h := range []http.Handler{page{files: built(), index: deskPage, policy: deskPolicy}, notBuilt{}} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%T: got %d, Allow %q", h, w.Code, w.Header().Get("Allow"))
		}
	}
}

func TestNotBuilt_tellsHowToBuild(t *testing.T) {
	t.Parallel()
	w := get(t, notBuilt{}, "/conversations/1", "")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "make ui") {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
}

// TestEmbedded checks the pages inside this very binary: whole when they are built, a clear notice when they are not.
// PARLEY_REQUIRE_UI=1, set where releases are made, forbids the second.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	files, err := FS()
	if errors.Is(err, ErrNotBuilt) {
		if os.Getenv("PARLEY_REQUIRE_UI") == "1" {
			t.Fatal(err)
		}
		for _, h := range []http.Handler{Desk(), Phone()} {
			if w := get(t, h, "/", ""); !strings.Contains(w.Body.String(), "make ui") {
				t.Errorf("got %q", w.Body)
			}
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, h := range map[string]http.Handler{deskPage: Desk(), phonePage: Phone()} {
		html := get(t, h, "/any/deep/link", "").Body.String()
		want, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		if html != string(want) {
			t.Errorf("%s: served %q", name, html)
		}
		for _, tag := range strings.SplitAfter(html, "<script")[1:] {
			if !strings.Contains(strings.SplitN(tag, ">", 2)[0], "src=") {
				t.Errorf("%s has an inline script, which its policy blocks: %q", name, tag)
			}
		}
		if strings.Contains(html, "<style") || strings.Contains(html, " style=") {
			t.Errorf("%s has inline styles, which its policy blocks", name)
		}
		for _, part := range strings.Split(html, `"/assets/`)[1:] {
			asset := "/assets/" + part[:strings.IndexByte(part, '"')]
			if w := get(t, h, asset, "gzip"); w.Code != http.StatusOK {
				t.Errorf("%s links %s, which answers %d", name, asset, w.Code)
			}
		}
	}
}
