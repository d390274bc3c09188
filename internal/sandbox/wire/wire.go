// Package wire is what all HTTP answers of the sandbox share: reading JSON leniently as Braze does,
// writing it, and saying what is wrong with a body. It knows no endpoint.
package wire

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Call is one authorised call of a REST endpoint.
type Call struct {
	Query url.Values
	Body  []byte
	Now   time.Time // on the sandbox's clock
}

// Decode reads the body into v, leniently: fields that are not known are ignored. Numbers in open values
// are json.Number.
func (c *Call) Decode(v any) error {
	dec := json.NewDecoder(bytes.NewReader(c.Body))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("the request body is not valid JSON: %s", Problem(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the request body is not valid JSON: there is more than one value")
	}
	return nil
}

// DecodeNumbers reads a part of a body; numbers in open values are json.Number.
func DecodeNumbers(raw []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return dec.Decode(v)
}

// Problem says what is wrong with a body without repeating what it holds.
func Problem(err error) string {
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrong):
		return fmt.Sprintf("%s must not be a %s", wrong.Field, wrong.Value)
	case errors.As(err, &syntax):
		return fmt.Sprintf("%s at byte %d", syntax.Error(), syntax.Offset)
	case errors.Is(err, io.EOF):
		return "it is empty"
	}
	return err.Error()
}

// Reply is what an endpoint answers.
type Reply struct {
	Status int
	Body   any
}

// Answer is a reply with a body that marshals to JSON.
func Answer(status int, body any) Reply { return Reply{Status: status, Body: body} }

// Message is Braze's plain answer; a fatal error has only the message.
type Message struct {
	Message string `json:"message"`
	Errors  []any  `json:"errors,omitempty"`
}

// Refuse is an answer that says why nothing was done.
func Refuse(status int, format string, args ...any) Reply {
	return Answer(status, Message{Message: fmt.Sprintf(format, args...)})
}

// Bad is Refuse with status 400.
func Bad(format string, args ...any) Reply { return Refuse(http.StatusBadRequest, format, args...) }

// Write writes a JSON answer.
func Write(w http.ResponseWriter, status int, body any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		status, b = http.StatusInternalServerError, *bytes.NewBufferString(`{"message":"the answer cannot be encoded"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// Text is a string that Braze also accepts as a JSON number.
type Text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && (b[0] == '-' || (b[0] >= '0' && b[0] <= '9')) {
		*t = Text(b)
		return nil
	}
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if s != nil {
		*t = Text(*s)
	}
	return nil
}

// Hex makes n random bytes, in lowercase hex. A dispatch_id has 16.
func Hex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// Read decodes a body of the sandbox's own interface, strictly; false means that the answer is written.
func Read(w http.ResponseWriter, r *http.Request, v any) bool {
	body, ok := ReadAll(w, r)
	if !ok {
		return false
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		Write(w, http.StatusBadRequest, Message{Message: "the body cannot be read: " + Problem(err)})
		return false
	}
	return true
}

// ReadAll reads a body of at most 1 MB; false means that the answer is written.
func ReadAll(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		Write(w, http.StatusRequestEntityTooLarge, Message{Message: "the body is larger than 1 MB"})
		return nil, false
	}
	return body, true
}
