package main

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"parley/internal/testkit"
)

// TestScripts runs the command line as people do; each file of testdata/script is a session.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"occupy":    occupy,
			"ready":     ready,
			"converse":  converse,
			"yesterday": yesterday,
		},
	})
}

// occupy takes a port for the rest of the script and puts its address into a variable.
func occupy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: occupy VARIABLE")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// ready waits until a demo has written its addresses to a file, and that each of them answers.
func ready(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ready FILE")
	}
	var urls map[string]string
	path := ts.MkAbs(args[0])
	deadline := time.Now().Add(crashPatience)
	for {
		body, err := os.ReadFile(path)
		if err == nil && json.Unmarshal(body, &urls) == nil {
			break
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s did not come: %v", args[0], err)
		}
		time.Sleep(20 * time.Millisecond) // another process writes it
	}
	client := testkit.LocalClient()
	for url, want := range map[string]int{
		urls["desk"] + "/api/v1/session":   http.StatusUnauthorized,
		urls["sandbox"] + "/sandbox/about": http.StatusOK,
		urls["ops"] + "/healthz":           http.StatusOK,
		urls["ops"] + "/readyz":            http.StatusOK,
	} {
		res, err := client.Get(url)
		ts.Check(err)
		_ = res.Body.Close()
		if res.StatusCode != want {
			ts.Fatalf("%s answers %s", url, res.Status)
		}
	}
	client.CloseIdleConnections()
}
