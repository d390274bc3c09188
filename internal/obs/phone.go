package obs

import (
	"fmt"
	"io"
	"log/slog"
)

// Phone is a phone number on its way to a log or an error. However it is printed, only its last two digits
// show: enough to follow one customer through a few lines, too little to know who it is.
type Phone string

// String returns the masked number.
func (p Phone) String() string {
	if p == "" {
		return ""
	}
	if len(p) < 7 {
		return "…"
	}
	return "…" + string(p[len(p)-2:])
}

// Format masks the number under every verb of package fmt.
func (p Phone) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue masks the number for log/slog.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText masks the number for encoders, JSON among them.
func (p Phone) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
