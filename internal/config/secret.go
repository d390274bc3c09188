package config

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
)

// redacted stands where a secret would have been printed.
const redacted = "[redacted]"

// Secret is a text that no formatter, logger or encoder prints: only Reveal gives it away. An empty Secret
// prints as the empty string, so that "not set" can be told from "set".
type Secret string

// Reveal returns the secret itself. The result must not be logged, stored in clear or put in an error.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format hides the secret from every verb of package fmt, %x and %#v included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue hides the secret from log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON hides the secret.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// MarshalYAML hides the secret.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// DSN names a database: "sqlite:PATH" or a postgres:// URL. Printing one hides the password; Reveal returns
// the text to connect with.
type DSN string

// Reveal returns the whole text, password included.
func (d DSN) Reveal() string { return string(d) }

// IsPostgres reports whether the database is a PostgreSQL server.
func (d DSN) IsPostgres() bool {
	return strings.HasPrefix(string(d), "postgres://") || strings.HasPrefix(string(d), "postgresql://")
}

// passwordParameter finds the password that libpq also accepts among a URL's parameters.
var passwordParameter = regexp.MustCompile(`(?i)([?&](?:ssl)?password=)[^&]*`)

// String returns the text without its password.
func (d DSN) String() string {
	if !d.IsPostgres() {
		return string(d)
	}
	u, err := url.Parse(string(d))
	if err != nil {
		return redacted
	}
	return passwordParameter.ReplaceAllString(u.Redacted(), "${1}xxxxx")
}

// Format hides the password from every verb of package fmt.
func (d DSN) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.String()) }

// LogValue hides the password from log/slog.
func (d DSN) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalJSON hides the password.
func (d DSN) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// MarshalYAML hides the password.
func (d DSN) MarshalYAML() (any, error) { return d.String(), nil }
