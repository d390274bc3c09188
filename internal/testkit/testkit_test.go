package testkit

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// recorder is a testing.TB that notes failures instead of failing.
type recorder struct {
	testing.TB
	failure string
}

func (*recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.failure += fmt.Sprintf(format, args...)
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(r)
}

func record(f func(t testing.TB)) (failure string) {
	r := &recorder{}
	defer func() {
		if stopped := recover(); stopped != nil && stopped != any(r) {
			panic(stopped)
		}
		failure = r.failure
	}()
	f(r)
	return r.failure
}

func TestLocalTransport_refusesOtherHosts(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"https://rest.iad-01.braze.com/users/track", "http://192.0.2.1/", "http://localhost.example.com/", "http://[2001:db8::1]/", "http://10.0.0.1/",
	} {
		resp, err := LocalClient().Get(url)
		if err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s was not refused", url)
		} else if !strings.Contains(err.Error(), "refused: tests talk to this machine only") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestLocalTransport_reachesThisMachine(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	defer server.Close()
	resp, err := LocalClient().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusTeapot {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestGolden(t *testing.T) {
	if *update {
		t.Skip("compares on purpose with what is not there")
	}
	t.Parallel()
	path := filepath.Join(t.TempDir(), "golden.txt")
	if err := os.WriteFile(path, []byte("right"), 0o600); err != nil {
		t.Fatal(err)
	}
	if f := record(func(t testing.TB) { Golden(t, path, []byte("right")) }); f != "" {
		t.Errorf("equal text: %s", f)
	}
	if f := record(func(t testing.TB) { Golden(t, path, []byte("wrong")) }); !strings.Contains(f, "-update") {
		t.Errorf("other text: %q", f)
	}
	if f := record(func(t testing.TB) { Golden(t, path+".absent", nil) }); !strings.Contains(f, "-update") {
		t.Errorf("absent file: %q", f)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	if f := record(func(t testing.TB) { Diff(t, []int{1}, []int{1}) }); f != "" {
		t.Errorf("equal values: %s", f)
	}
	if f := record(func(t testing.TB) { Diff(t, []int{1}, []int{2}) }); f == "" {
		t.Error("different values pass")
	}
}

func TestEventually(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	Eventually(t, time.Minute, func() bool { return asked.Add(1) == 3 })
	if f := record(func(t testing.TB) { Eventually(t, 0, func() bool { return false }) }); f == "" {
		t.Error("never true, but it passes")
	}
}
