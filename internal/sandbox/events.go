package sandbox

import (
	"net/http"
	"strconv"
)

// events streams live events from a cursor: the browser's Last-Event-ID, else the query's after, else from
// now on.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	cursor, ok := queryNumber(w, r, "after", s.hub.Last())
	if !ok {
		return
	}
	if last, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
		cursor = last
	}
	s.hub.Stream(w, r, cursor, s.ended)
}
