package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// heartbeat keeps proxies and browsers from ending a quiet stream.
const heartbeat = 15 * time.Second

// events streams live events from a cursor: the query's after, else the browser's Last-Event-ID, else
// from now on. A cursor that is too old gets one resync event, whose id is the present cursor.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	cursor, ok := s.cursor(w, r)
	if !ok {
		return
	}
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	out := bytes.NewBufferString("retry: 1000\n\n: hello\n\n")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		list, more, known := s.hub.After(cursor, 256)
		if !known {
			cursor = s.hub.Last()
			writeEvent(out, cursor, "resync", struct{}{})
		}
		for _, e := range list {
			writeEvent(out, e.ID, e.Type, e.Data)
			cursor = e.ID
		}
		if out.Len() > 0 {
			if _, err := w.Write(out.Bytes()); err != nil || control.Flush() != nil {
				return
			}
			out.Reset()
		}
		if more == nil {
			continue
		}
		select {
		case <-more:
		case <-beat.C:
			out.WriteString(": heartbeat\n\n")
		case <-r.Context().Done():
			return
		case <-s.ended:
			return
		}
	}
}

func (s *Server) cursor(w http.ResponseWriter, r *http.Request) (int64, bool) {
	if r.URL.Query().Get("after") != "" && r.Header.Get("Last-Event-ID") == "" {
		return queryNumber(w, r, "after", 0)
	}
	if last, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
		return last, true
	}
	return s.hub.Last(), true
}

func writeEvent(out *bytes.Buffer, id int64, kind string, data any) {
	out.WriteString("id: " + strconv.FormatInt(id, 10) + "\nevent: " + kind + "\ndata: ")
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(data); err != nil {
		out.WriteString("{}\n")
	}
	out.WriteString("\n")
}
