package feed

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// heartbeat keeps proxies and browsers from ending a quiet stream.
const heartbeat = 15 * time.Second

// Stream writes the events after the cursor as server-sent events until the reader goes or ended is
// closed. A cursor that the hub does not know gets one resync event, whose id is the present cursor.
func (h *Hub) Stream(w http.ResponseWriter, r *http.Request, cursor int64, ended <-chan struct{}) {
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
		list, more, known := h.After(cursor, 256)
		if !known {
			cursor = h.Last()
			writeEvent(out, Event{ID: cursor, Type: "resync", Data: struct{}{}})
		}
		for _, e := range list {
			writeEvent(out, e)
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
		case <-ended:
			return
		}
	}
}

func writeEvent(out *bytes.Buffer, e Event) {
	out.WriteString("id: " + strconv.FormatInt(e.ID, 10) + "\nevent: " + e.Type + "\ndata: ")
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e.Data); err != nil {
		out.WriteString("{}\n")
	}
	out.WriteString("\n")
}
