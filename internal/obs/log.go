// Package obs is what an operator sees of Parley from outside: the form of its logs and the names of their
// fields, metrics, health checks and the handler of the internal listener. It decides nothing and holds no
// state of the domain. Message text, phone numbers and secrets never pass through it in clear.
package obs

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
)

// Names of log fields. Every package takes its names from here, so that one query finds a conversation in the
// lines of all of them.
const (
	FieldAction       = "action"
	FieldAddress      = "address"
	FieldAttempt      = "attempt"
	FieldCampaign     = "campaign_id"
	FieldCheck        = "check"
	FieldComponent    = "component"
	FieldContact      = "contact_id"
	FieldConversation = "conversation_id"
	FieldCount        = "count"
	FieldDelivery     = "delivery_id"
	FieldDispatch     = "dispatch_id"
	FieldDuration     = "duration_ms"
	FieldEpoch        = "epoch"
	FieldError        = "error"
	FieldExchange     = "exchange_id"
	FieldLayout       = "layout"
	FieldMessage      = "message_id"
	FieldMethod       = "method"
	FieldOwner        = "owner"
	FieldPath         = "path"
	FieldPhone        = "phone"
	FieldReason       = "reason"
	FieldRequest      = "request_id"
	FieldRoute        = "route"
	FieldStatus       = "status"
	FieldTool         = "tool"
	FieldUser         = "user_id"
	FieldVersion      = "version"
	FieldWorkspace    = "workspace"
)

// NewLogger returns a logger that writes to w. level is debug, info, warn or error; format is text, json, or
// auto for text when w is a terminal and JSON otherwise. Lines logged with a context carry its request id.
func NewLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var min slog.Level
	if err := min.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log level %q is unknown; use debug, info, warn or error", level)
	}
	options := &slog.HandlerOptions{Level: min}
	var handler slog.Handler
	switch {
	case format == "text", format == "auto" && isTerminal(w):
		handler = slog.NewTextHandler(w, options)
	case format == "json", format == "auto":
		handler = slog.NewJSONHandler(w, options)
	default:
		return nil, fmt.Errorf("log format %q is unknown; use auto, text or json", format)
	}
	return slog.New(requestHandler{handler}), nil
}

// isTerminal reports whether somebody probably reads w as it is written.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// requestHandler adds the request id of the context to every line.
type requestHandler struct{ slog.Handler }

func (h requestHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r.AddAttrs(slog.String(FieldRequest, id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs)}
}

func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}

// Error is the field of an error.
func Error(err error) slog.Attr { return slog.Any(FieldError, err) }
