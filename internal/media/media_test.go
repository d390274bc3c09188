package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/internal/chat"
)

// picture is the smallest GIF.
var picture = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

func host(t *testing.T, server *httptest.Server) string {
	t.Helper()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

func serve(t *testing.T, handle http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server
}

func wantCode(t *testing.T, err error, code chat.Code, words string) {
	t.Helper()
	var e *chat.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, words) {
		t.Errorf("got %v, want %s that says %q", err, code, words)
	}
}

func TestFetch_givesThePictureAndNothingOfUs(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Cookie", "Authorization", "Referer"} {
			if r.Header.Get(name) != "" {
				t.Errorf("the customer's server gets the header %s", name)
			}
		}
		if r.URL.Path == "/first" {
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "b", Path: "/"})
			http.Redirect(w, r, "/second", http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", "text/html") // it lies
		_, _ = w.Write(picture)
	})
	f := New(Settings{MaxBytes: 1 << 20, AllowPrivate: []string{host(t, server)}})
	file, err := f.Fetch(t.Context(), server.URL+"/first?signature=secret")
	if err != nil || file.Type != "image/gif" || !file.Inline || !bytes.Equal(file.Bytes, picture) {
		t.Fatalf("%+v (%v)", file, err)
	}
}

func TestFetch_refusesWhatIsNotAPublicWebAddress(t *testing.T) {
	t.Parallel()
	asked := false
	server := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	port := host(t, server)[strings.LastIndex(host(t, server), ":"):]
	f := New(Settings{MaxBytes: 1 << 20, Timeout: 5 * time.Second})
	for address, words := range map[string]string{
		"file:///etc/passwd":                      "neither http nor https",
		"ftp://example.com/x":                     "neither http nor https",
		"javascript:alert(1)":                     "neither http nor https",
		"//example.com/x":                         "neither http nor https",
		"http://":                                 "names no server",
		"http://user:password@example.com/":       "name or password",
		"http://exa mple/":                        "cannot be read",
		"http://127.0.0.1" + port:                 "private network",
		"http://127.1.2.3" + port:                 "private network",
		"http://localhost" + port:                 "private network", // a name
		"http://[::1]" + port:                     "private network",
		"http://[::ffff:127.0.0.1]" + port:        "private network",
		"http://0.0.0.0" + port:                   "private network",
		"http://10.0.0.1/":                        "private network",
		"http://172.16.0.1/":                      "private network",
		"http://192.168.1.1/":                     "private network",
		"http://169.254.169.254/latest/meta-data": "private network",
		"http://[fd00::1]/":                       "private network",
		"http://[fe80::1]/":                       "private network",
		"http://224.0.0.1/":                       "private network",
		"http://[64:ff9b::7f00:1]/":               "private network",
	} {
		_, err := f.Fetch(t.Context(), address)
		wantCode(t, err, chat.Invalid, words)
		if err != nil && (strings.Contains(err.Error(), "password@") || strings.Contains(err.Error(), "169.254")) {
			t.Errorf("the error repeats the address: %v", err)
		}
	}
	if asked {
		t.Error("the private server was asked")
	}
}

// A name that led to a public address when it was looked at must not lead inside when
// the connection is made: what counts is the address that is connected to.
func TestGuard_looksAtTheAddressThatIsConnectedTo(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2606:4700::1111": true, "1.1.1.1": true,
		"127.0.0.1": false, "10.1.2.3": false, "100.64.0.1": false, "169.254.1.1": false, "172.31.255.255": false, "192.168.0.1": false,
		"198.18.0.1": false, "203.0.113.9": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "0.1.2.3": false,
		"::1": false, "::": false, "fc00::1": false, "fe80::1": false, "fec0::1": false, "ff02::1": false, "2001:db8::1": false,
		"::ffff:10.0.0.1": false, "::ffff:8.8.8.8": true, "64:ff9b::a00:1": false, "2002:7f00:1::": false, "2001:0:1::": false, "::127.0.0.1": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s counts as public: %v, want %v", address, got, want)
		}
		err := guard(t.Context(), "tcp", net.JoinHostPort(address, "80"), nil)
		if (err == nil) != want {
			t.Errorf("guard of %s says %v", address, err)
		}
	}
	wantCode(t, guard(t.Context(), "tcp", "not an address", nil), chat.Invalid, "private network")
}

func TestFetch_checksEveryRedirect(t *testing.T) {
	t.Parallel()
	inside := serve(t, func(w http.ResponseWriter, _ *http.Request) { t.Error("the inside was asked"); _, _ = w.Write(picture) })
	var hops int
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/inside":
			http.Redirect(w, r, inside.URL, http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		case "/loop":
			hops++
			http.Redirect(w, r, "/loop", http.StatusFound)
		}
	})
	f := New(Settings{MaxBytes: 1 << 20, AllowPrivate: []string{host(t, server)}}) // this server, not its neighbour's port
	for path, want := range map[string]struct {
		code  chat.Code
		words string
	}{
		"/inside": {chat.Invalid, "private network"},
		"/file":   {chat.Invalid, "neither http nor https"},
		"/loop":   {chat.Unavailable, "more than 3 times"},
	} {
		_, err := f.Fetch(t.Context(), server.URL+path)
		wantCode(t, err, want.code, want.words)
	}
	if hops != maxRedirects+1 {
		t.Errorf("it was sent on %d times", hops)
	}
}

func TestFetch_doesNotGoFromProtectedToUnprotected(t *testing.T) {
	t.Parallel()
	first, _ := http.NewRequest(http.MethodGet, "https://example.com/a", nil)
	next, _ := http.NewRequest(http.MethodGet, "http://example.com/a", nil)
	wantCode(t, follow(next, []*http.Request{first}), chat.Invalid, "unprotected")
}

func TestFetch_boundsSizeAndTime(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/declared":
			w.Header().Set("Content-Length", "1048577")
			_, _ = w.Write(make([]byte, 1048577))
		case "/endless":
			for {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		case "/exact":
			_, _ = w.Write(make([]byte, 1<<20))
		case "/gone":
			w.WriteHeader(http.StatusNotFound)
		case "/short":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("x"))
		case "/slow":
			<-release
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b\x08 not unpacked"))
		}
	})
	t.Cleanup(func() { close(release) }) // before the server closes
	f := New(Settings{MaxBytes: 1 << 20, Timeout: time.Minute, AllowPrivate: []string{"127.0.0.1"}})
	for path, want := range map[string]struct {
		code  chat.Code
		words string
	}{
		"/declared": {chat.Invalid, "larger than 1 MB"},
		"/endless":  {chat.Invalid, "larger than 1 MB"},
		"/gone":     {chat.Unavailable, "answers 404"},
		"/short":    {chat.Unavailable, "broke off"},
	} {
		_, err := f.Fetch(t.Context(), server.URL+path)
		wantCode(t, err, want.code, want.words)
	}
	if file, err := f.Fetch(t.Context(), server.URL+"/exact"); err != nil || len(file.Bytes) != 1<<20 {
		t.Errorf("a file at the limit: %d bytes (%v)", len(file.Bytes), err)
	}
	if file, err := f.Fetch(t.Context(), server.URL+"/bomb"); err != nil || file.Inline {
		t.Errorf("a packed answer is given as %+v (%v)", file, err)
	}
	hasty := New(Settings{MaxBytes: 1 << 20, Timeout: 20 * time.Millisecond, AllowPrivate: []string{"127.0.0.1"}})
	_, err := hasty.Fetch(t.Context(), server.URL+"/slow")
	wantCode(t, err, chat.Unavailable, "too long")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = f.Fetch(ended, server.URL+"/exact")
	wantCode(t, err, chat.Unavailable, "")
}

func TestSniff_displaysOnlyWhatCarriesNoScript(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		string(picture):                      "image/gif inline",
		"\x89PNG\r\n\x1a\n":                  "image/png inline",
		"\xff\xd8\xff\xe0":                   "image/jpeg inline",
		"RIFF\x00\x00\x00\x00WEBPVP8 ":       "image/webp inline",
		"ID3\x03":                            "audio/mpeg inline",
		"OggS\x00":                           "audio/ogg inline",
		"#!AMR\n":                            "audio/amr inline",
		"\xff\xf1\x50\x80":                   "audio/aac inline",
		"\x00\x00\x00\x20ftypM4A \x00":       "audio/mp4 inline",
		"\x00\x00\x00\x18ftypmp42\x00\x00":   "video/mp4 inline",
		"\x00\x00\x00\x18ftypisom\x00\x00":   "video/mp4 inline",
		"\x00\x00\x00\x18ftyp3gp5\x00\x00":   "video/3gpp inline",
		"%PDF-1.7":                           "application/pdf",
		"<html><script>alert(1)</script>":    "application/octet-stream",
		`<svg xmlns="x"><script/></svg>`:     "application/octet-stream",
		`<?xml version="1.0"?><svg/>`:        "application/octet-stream",
		"just text":                          "application/octet-stream",
		"PK\x03\x04":                         "application/octet-stream",
		"":                                   "application/octet-stream",
		"GIF<script>alert(1)</script>":       "application/octet-stream",
		"  <!DOCTYPE HTML>":                  "application/octet-stream",
		"\x00\x00\x00\x18ftypheic\x00\x00":   "application/octet-stream",
		"MZ\x90\x00 this is a programme ...": "application/octet-stream",
	} {
		kind, display := Sniff([]byte(content))
		if display {
			kind += " inline"
		}
		if kind != want {
			t.Errorf("%q is %s, want %s", content, kind, want)
		}
	}
}

func TestServe_isSafeAndAnswersRanges(t *testing.T) {
	t.Parallel()
	file := File{Bytes: []byte("0123456789"), Type: "audio/ogg", Inline: true, ETag: `"x"`}
	get := func(file File, header ...string) *http.Response {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		file.Serve(w, r)
		return w.Result()
	}
	res := get(file)
	for name, want := range map[string]string{
		"Content-Type": "audio/ogg", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600", "Etag": `"x"`, "Content-Disposition": "",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if policy := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox;") {
		t.Errorf("the policy is %q", policy)
	}
	if res := get(file, "Range", "bytes=2-4"); res.StatusCode != http.StatusPartialContent || res.Header.Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("a range is answered %d %q", res.StatusCode, res.Header.Get("Content-Range"))
	}
	if res := get(file, "If-None-Match", `"x"`); res.StatusCode != http.StatusNotModified {
		t.Errorf("a known file is answered %d", res.StatusCode)
	}
	file.Type, file.Inline = "application/pdf", false
	if got := get(file).Header.Get("Content-Disposition"); got != fmt.Sprintf("attachment; filename=%q", "file.pdf") {
		t.Errorf("a document is %q", got)
	}
}
