package app

import (
	"go/ast"
	"testing"
)

// A token has its creator's role but not all of its permissions, so whoever asks a role lets
// tokens do what they were not made for.
func TestPermissions_areAskedOfTheUser(t *testing.T) {
	t.Parallel()
	asked := 0
	for _, f := range readProgram(t, root(t)) {
		if !matches("internal/api/...", f.pkg) && !matches("internal/desk/...", f.pkg) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok || call.Sel.Name != "May" && call.Sel.Name != "Allows" {
				return true
			}
			asked++
			if of, ok := call.X.(*ast.SelectorExpr); ok && of.Sel.Name == "Role" {
				t.Errorf("%s: asks what a role may at %s; ask User.May", f.path, f.set.Position(n.Pos()))
			}
			return true
		})
	}
	if asked == 0 {
		t.Error("nobody asks: the test looks for the wrong thing")
	}
}
