package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"parley/internal/bot/llm"
	"parley/internal/sign"
)

// Options say where a brain is.
type Options struct {
	URL, Secret string
	Timeout     time.Duration // of one attempt, from dialling to the end of the answer
	UserAgent   string
	Transport   http.RoundTripper // nil: a new one
	Now         func() time.Time  // the clock of signatures
}

// Client asks one brain. It is safe for concurrent use.
type Client struct {
	o    Options
	http *http.Client
}

// New makes a Client. It opens nothing yet.
func New(o Options) *Client {
	if o.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxResponseHeaderBytes, t.DisableCompression, t.MaxIdleConnsPerHost = 64<<10, true, 16
		o.Transport = t
	}
	return &Client{o, &http.Client{
		Transport:     o.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close drops the connections that are not in use.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

const (
	attempts = 2
	pause    = 250 * time.Millisecond // before the second attempt
)

// Ask puts a turn to the brain and gives its answer, which is valid. What may go better
// the second time (no connection, no answer in time, a 5xx) is tried once more under the
// same id. tried is how often the brain was called. The error is an [*llm.Error], or that
// of ctx if it was cancelled.
func (c *Client) Ask(ctx context.Context, t Turn) (a Answer, tried int, err error) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false) // the placeholders stay readable
	if err := e.Encode(t); err != nil {
		return a, 0, &llm.Error{Kind: llm.Malformed, Detail: "the turn cannot be written as JSON"}
	}
	for {
		tried++
		raw, err := c.post(ctx, t.ID, bytes.TrimSpace(body.Bytes()))
		if err == nil {
			if a, err = Parse(raw, t); err != nil {
				return a, tried, &llm.Error{Kind: llm.Malformed, Detail: err.Error()}
			}
			return a, tried, nil
		}
		kind := llm.KindOf(err)
		if tried == attempts || ctx.Err() != nil || kind != llm.Timeout && kind != llm.Unreachable {
			return a, tried, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return a, tried, llm.ByCause(ctx, ctx.Err())
		case <-timer.C:
		}
	}
}

// post makes one attempt.
func (c *Client) post(ctx context.Context, id string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.o.URL, bytes.NewReader(body))
	if err != nil {
		return nil, &llm.Error{Kind: llm.RefusedRequest, Detail: "the address cannot be called"}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.o.UserAgent)
	if err := sign.Set(request.Header, id, c.o.Now().UnixMilli(), string(body), c.o.Secret); err != nil {
		return nil, &llm.Error{Kind: llm.RefusedRequest, Detail: err.Error()}
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.cause(ctx, err)
	}
	defer response.Body.Close()
	switch s := response.StatusCode; {
	case s >= 300 && s < 400:
		return nil, &llm.Error{Kind: llm.RefusedRequest, Status: s, Detail: "redirects are not followed"}
	case s < 200 || s >= 300:
		return nil, llm.ByStatus(s)
	}
	if kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &llm.Error{Kind: llm.Malformed, Status: response.StatusCode, Detail: "the answer's Content-Type is not application/json"}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(nil, response.Body, int64(Bounds().BodySize)))
	if err != nil {
		return nil, c.cause(ctx, err)
	}
	return raw, nil
}

func (c *Client) cause(ctx context.Context, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) && ctx.Err() == nil {
		return &llm.Error{Kind: llm.Unreachable, Detail: "the connection broke before the end of the answer"}
	}
	err = llm.ByCause(ctx, err)
	var failed *llm.Error
	if errors.As(err, &failed) && failed.Kind == llm.Timeout {
		failed.Detail = fmt.Sprintf("no answer within %v", c.o.Timeout)
	}
	return err
}
