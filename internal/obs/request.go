package obs

import (
	"context"
	"net/http"
	"regexp"
)

// RequestHeader is the header that carries a request's id in both directions.
const RequestHeader = "X-Request-Id"

// requestID is what an id from outside may look like; anything else could forge lines or fill logs.
var requestID = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

type requestKey struct{}

// WithRequestID returns a context whose log lines carry id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

// RequestID returns the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// Requests gives every request an id, in its context and in the answer's header. It keeps the id that a proxy
// sent if it is harmless, and makes one with newID otherwise.
func Requests(newID func() string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(RequestHeader)
		if !requestID.MatchString(id) {
			id = newID()
		}
		w.Header().Set(RequestHeader, id)
		next.ServeHTTP(w, r.WithContext(WithRequestID(r.Context(), id)))
	})
}
