package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"parley/internal/sandbox/gate"
	"parley/internal/sandbox/wire"
)

// Handler serves the Braze side, the phones, the controls and the page.
func (s *Server) Handler() http.Handler {
	braze := map[string]map[string]http.HandlerFunc{}
	for _, e := range s.endpoints() {
		if braze[e.path] == nil {
			braze[e.path] = map[string]http.HandlerFunc{}
		}
		braze[e.path][e.method] = s.rest(e)
	}
	local := http.NewServeMux()
	s.phoneRoutes(local)
	s.controlRoutes(local)
	local.HandleFunc("/sandbox/", func(w http.ResponseWriter, r *http.Request) {
		wire.Write(w, http.StatusNotFound, wire.Message{Message: "the sandbox has nothing at " + r.Method + " " + r.URL.Path + ": docs/sandbox-api.md lists its calls"})
	})
	local.Handle("/", s.page())
	guarded := gate.Local(s.cfg.Hosts, local)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			defer s.touched.Add(1)
		}
		methods, ok := braze[strings.TrimSuffix(r.URL.Path, "/")]
		switch {
		case ok && methods[r.Method] != nil:
			methods[r.Method](w, r)
		case ok:
			wire.Write(w, http.StatusMethodNotAllowed, wire.Message{Message: "Method Not Allowed"})
		case r.Method != http.MethodGet && r.Method != http.MethodHead && !strings.HasPrefix(r.URL.Path, "/sandbox/"):
			wire.Write(w, http.StatusNotFound, wire.Message{Message: "Not Found: Braze has no endpoint " + r.URL.Path + ", or the sandbox does not pretend it"})
		default:
			guarded.ServeHTTP(w, r)
		}
	})
}

const plainPage = `<!doctype html><meta charset="utf-8"><title>Parley sandbox</title>
<style>body{font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>
<h1>Parley sandbox</h1>
<p>This is a pretend Braze and WhatsApp. Its phone page is not part of this build; its HTTP interface is complete
and described in <code>docs/sandbox-api.md</code>.</p>%s`

// page serves the phone page, or a plain notice when there is none.
func (s *Server) page() http.Handler {
	if s.cfg.Page != nil {
		return s.cfg.Page
	}
	link := ""
	if s.cfg.DeskURL != "" {
		link = fmt.Sprintf(`<p><a href="%s">The desk</a></p>`, strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E").Replace(s.cfg.DeskURL))
	}
	body := fmt.Sprintf(plainPage, link)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			wire.Write(w, http.StatusNotFound, wire.Message{Message: "Not Found: " + r.URL.Path})
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, body)
	})
}
