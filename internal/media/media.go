// Package media fetches what customers sent beside text. Its addresses come from
// whoever wrote, so they are fetched by the server and not by colleagues' browsers,
// and only from the public internet: an address is looked at when the connection is
// made, after its name was resolved, so that no name and no redirect leads inside.
//
// It keeps nothing, sends no cookie and no credential, and logs no address: they may
// hold a signature. Start reading at Fetcher.Fetch.
package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"parley/internal/chat"
)

// Settings of a Fetcher.
type Settings struct {
	MaxBytes int64         // largest file; must be positive
	Timeout  time.Duration // longest that one file may take; zero means 20 s
	// AllowPrivate are hosts, each a name or an address with or without a port, that may
	// be reached although they are not on the public internet.
	AllowPrivate []string
}

const (
	defaultTimeout = 20 * time.Second
	maxRedirects   = 3
	maxHeader      = 64 << 10
	// atOnce bounds how many files are in memory.
	atOnce = 4
)

// Fetcher fetches files. Safe for concurrent use.
type Fetcher struct {
	set    Settings
	client *http.Client
	places chan struct{}
}

// File is what was fetched.
type File struct {
	Bytes []byte
	// Type is the media type that the content shows, whatever its server said. It is one
	// that browsers may display when Inline, else application/octet-stream or application/pdf.
	Type   string
	Inline bool
	ETag   string // quoted
}

// New makes a Fetcher.
func New(set Settings) *Fetcher {
	if set.Timeout == 0 {
		set.Timeout = defaultTimeout
	}
	f := &Fetcher{set: set, places: make(chan struct{}, atOnce)}
	transport := &http.Transport{
		DialContext:            f.dial,
		Proxy:                  nil, // a proxy would resolve the names itself
		DisableCompression:     true,
		DisableKeepAlives:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: maxHeader,
	}
	f.client = &http.Client{Transport: transport, CheckRedirect: follow}
	return f
}

// Fetch fetches one address. Its errors are chat.Errors that may be shown: Invalid for
// an address that is not fetched, Unavailable for a file that could not be had. They
// do not repeat the address.
func (f *Fetcher) Fetch(ctx context.Context, address string) (File, error) {
	u, err := url.Parse(address)
	if err != nil {
		return File{}, chat.Errorf(chat.Invalid, "the address of this file cannot be read")
	}
	if err := check(u); err != nil {
		return File{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, f.set.Timeout)
	defer cancel()
	select {
	case f.places <- struct{}{}:
		defer func() { <-f.places }()
	case <-ctx.Done():
		return File{}, chat.Errorf(chat.Unavailable, "too many files are being fetched; try again")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return File{}, chat.Errorf(chat.Invalid, "the address of this file cannot be read")
	}
	req.Header.Set("User-Agent", "parley")
	req.Header.Set("Accept", "*/*")
	res, err := f.client.Do(req)
	if err != nil {
		return File{}, failure(ctx, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return File{}, chat.Errorf(chat.Unavailable, "the server of this file answers %d; it may have expired", res.StatusCode)
	}
	return f.read(ctx, res)
}

func (f *Fetcher) read(ctx context.Context, res *http.Response) (File, error) {
	tooLarge := chat.Errorf(chat.Invalid, "this file is larger than %d MB (limits.media_bytes), so it is not fetched", f.set.MaxBytes>>20)
	if res.ContentLength > f.set.MaxBytes {
		return File{}, tooLarge
	}
	var buf bytes.Buffer
	if res.ContentLength > 0 {
		buf.Grow(int(res.ContentLength))
	}
	switch n, err := io.Copy(&buf, io.LimitReader(res.Body, f.set.MaxBytes+1)); {
	case err != nil:
		return File{}, failure(ctx, err)
	case n > f.set.MaxBytes:
		return File{}, tooLarge
	}
	kind, inline := Sniff(buf.Bytes())
	sum := sha256.Sum256(buf.Bytes())
	return File{Bytes: buf.Bytes(), Type: kind, Inline: inline, ETag: `"` + hex.EncodeToString(sum[:16]) + `"`}, nil
}

// failure says what went wrong without the address, which Go's errors repeat.
func failure(ctx context.Context, err error) error {
	var ours *chat.Error
	var name *net.DNSError
	switch {
	case errors.As(err, &ours):
		return ours
	case ctx.Err() != nil:
		return chat.Errorf(chat.Unavailable, "the server of this file takes too long; try again")
	case errors.As(err, &name):
		return chat.Errorf(chat.Unavailable, "the server of this file is not known")
	}
	return chat.Errorf(chat.Unavailable, "the server of this file cannot be reached or broke off; try again")
}

// check refuses addresses that are not plain web addresses. Where they lead to is
// decided when the connection is made.
func check(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return chat.Errorf(chat.Invalid, "this file's address is neither http nor https, so it is not fetched")
	case u.User != nil:
		return chat.Errorf(chat.Invalid, "this file's address holds a name or password, so it is not fetched")
	case u.Hostname() == "":
		return chat.Errorf(chat.Invalid, "this file's address names no server")
	}
	return nil
}

func follow(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return chat.Errorf(chat.Unavailable, "the server of this file sends on more than %d times", maxRedirects)
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return chat.Errorf(chat.Invalid, "the server of this file sends on to an unprotected address, so it is not fetched")
	}
	req.Header.Del("Referer") // the address before may hold a signature
	return check(req.URL)
}

// dial connects to addresses on the public internet, and to hosts that are allowed by name.
func (f *Fetcher) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: 10 * time.Second, ControlContext: guard}
	if f.allowed(address) {
		d.ControlContext = nil
	}
	return d.DialContext(ctx, network, address)
}

func (f *Fetcher) allowed(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && slices.ContainsFunc(f.set.AllowPrivate, func(name string) bool {
		return strings.EqualFold(strings.Trim(name, "[]"), host) || strings.EqualFold(name, address)
	})
}

// guard is called with the resolved address just before the connection is made.
func guard(_ context.Context, _, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !public(at.Addr()) {
		return chat.Errorf(chat.Invalid, "this file's address leads to a private network, so it is not fetched; "+
			"if that is meant, name the host in desk.media_hosts_allow_private")
	}
	return nil
}

// special are networks that are not the public internet beside those that netip knows
// (IANA, "IPv4 Special-Purpose Address Registry" and its IPv6 twin), and those in which
// an IPv4 address hides in an IPv6 one.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

// public reports whether an address is on the public internet.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() {
		return false
	}
	return !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}

// inline are the types that browsers display and that can carry no script.
var inline = []string{
	"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp",
	"audio/mpeg", "audio/wave", "audio/aac", "audio/amr", "audio/ogg", "audio/mp4", "audio/aiff", "audio/basic",
	"video/mp4", "video/webm", "video/3gpp", "video/avi",
}

// Sniff tells the media type from the content alone. Whatever is not on the list of
// what may be displayed is a download: PDF by its name, all else as mere bytes.
func Sniff(content []byte) (kind string, display bool) {
	kind, _, _ = strings.Cut(http.DetectContentType(content), ";")
	switch {
	case bytes.HasPrefix(content, []byte("#!AMR")):
		kind = "audio/amr"
	case len(content) > 1 && content[0] == 0xFF && content[1]&0xF6 == 0xF0: // ADTS
		kind = "audio/aac"
	case kind == "application/ogg":
		kind = "audio/ogg"
	case len(content) > 11 && string(content[4:8]) == "ftyp":
		switch brand := string(content[8:12]); {
		case brand == "M4A " || brand == "M4B ":
			kind = "audio/mp4"
		case strings.HasPrefix(brand, "3g"):
			kind = "video/3gpp"
		case kind != "video/mp4" && slices.Contains([]string{"isom", "iso2", "iso5", "iso6", "mp41", "mp42", "avc1", "qt  "}, brand):
			kind = "video/mp4"
		}
	}
	if slices.Contains(inline, kind) {
		return kind, true
	}
	if kind == "application/pdf" {
		return kind, false
	}
	return "application/octet-stream", false
}

// Serve answers a request with a file, so that the browser runs nothing of it, takes
// it for nothing else, and keeps it for itself only. It answers ranges and If-None-Match.
func (f File) Serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("ETag", f.ETag)
	if !f.Inline {
		name := "file"
		if f.Type == "application/pdf" {
			name = "file.pdf"
		}
		h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.Bytes))
}
