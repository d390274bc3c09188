package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/internal/app"
	"parley/internal/auth"
	"parley/internal/config"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// A gateway that nobody has set up lets nobody in, whatever the demo's documented log-ins are.
func TestServe_hasNoDefaultUser(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Listen, cfg.OpsListen, cfg.Database = "127.0.0.1:0", "127.0.0.1:0", config.DSN(storetest.SQLite(t))
	gateway, err := app.New(t.Context(), app.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Version: "test", Desk: http.NotFoundHandler()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := gateway.Stop(); err != nil {
			t.Error(err)
		}
	})
	gateway.Start()
	if users, err := gateway.Store().Users(t.Context()); err != nil || len(users) != 0 {
		t.Errorf("there are users: %v %v", users, err)
	}
	// Somebody who was only invited has no password either.
	if _, err := gateway.Auth().Invite(t.Context(), auth.Console, demoUsers[0]); err != nil {
		t.Fatal(err)
	}
	client := testkit.LocalClient()
	defer client.CloseIdleConnections()
	for _, u := range demoUsers {
		for _, password := range []string{demoPassword, "", "parley", "admin", "password"} {
			body := strings.NewReader(fmt.Sprintf(`{"email":%q,"password":%q}`, u.Email, password))
			res, err := client.Post("http://"+gateway.Addr().String()+"/api/v1/session", "application/json", body)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusUnauthorized && res.StatusCode != http.StatusTooManyRequests {
				t.Errorf("%s with %q: %s", u.Email, password, res.Status)
			}
		}
	}
}

// The demo's password is named by the demo and by nothing else of the program.
func TestDemoPassword_isOfTheDemoOnly(t *testing.T) {
	t.Parallel()
	const demo = "demo.go"
	seen := false
	err := filepath.WalkDir("../..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || strings.HasPrefix(entry.Name(), ".") && len(entry.Name()) > 2) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			named := false
			switch n := n.(type) {
			case *ast.Ident:
				named = n.Name == "demoPassword"
			case *ast.BasicLit:
				named = strings.Contains(n.Value, demoPassword)
			}
			if named && filepath.Base(file) != demo {
				t.Errorf("%s names the demo's password", file)
			}
			seen = seen || named
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !seen {
		t.Error("nothing names it: the test looks for the wrong thing")
	}
}
