package app

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// trapRow is one row of the table: number, trap, what Parley does, the tests that prove it.
var trapRow = regexp.MustCompile(`(?m)^\| *([0-9]+) *\|([^|]+)\|([^|]+)\|([^|]+)\|$`)

// testName is a test as the table names it: the package's folder below internal, the function, and perhaps a
// subtest, which must stand in the package as a text.
var testName = regexp.MustCompile("`([a-z/]+)\\.(Test[A-Za-z0-9_]+)(?:/([^`]+))?`")

// TestTraps_areCoveredAsTheTableSays reads docs/traps.md: no row is missing, and every test that it names exists.
func TestTraps_areCoveredAsTheTableSays(t *testing.T) {
	t.Parallel()
	const page, least = "docs/traps.md", 36
	dir := root(t)
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	rows := trapRow.FindAllStringSubmatch(string(text), -1)
	if len(rows) < least {
		t.Errorf("%s has %d rows, want %d", page, len(rows), least)
	}
	known := map[string]*testsOf{}
	for i, row := range rows {
		if row[1] != strconv.Itoa(i+1) {
			t.Errorf("row %d of %s has the number %s", i+1, page, row[1])
		}
		names := testName.FindAllStringSubmatch(row[4], -1)
		if len(names) == 0 && !strings.Contains(row[4], "not covered:") {
			t.Errorf("row %s names no test, and does not say why it is \"not covered:\"", row[1])
		}
		if rest := strings.Trim(testName.ReplaceAllString(row[4], ""), " ,;"); len(names) > 0 && strings.Contains(rest, "Test") {
			t.Errorf("row %s: %q is not written as `folder.TestName`", row[1], rest)
		}
		for _, name := range names {
			folder := name[1]
			if known[folder] == nil {
				if known[folder], err = readTests(filepath.Join(dir, "internal", filepath.FromSlash(folder))); err != nil {
					t.Fatal(err)
				}
			}
			if problem := known[folder].lacks(name[2], name[3]); problem != "" {
				t.Errorf("row %s: %s: %s", row[1], name[0], problem)
			}
		}
	}
}

// testsOf is what the test files of a package hold.
type testsOf struct{ functions, texts map[string]bool }

func readTests(dir string) (*testsOf, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no tests", dir)
	}
	found := &testsOf{map[string]bool{}, map[string]bool{}}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				found.functions[n.Name.Name] = n.Recv == nil
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil {
					found.texts[strings.ReplaceAll(text, " ", "_")] = true
				}
			}
			return true
		})
	}
	return found, nil
}

var numbered = regexp.MustCompile(`^[0-9]{2}_`)

// lacks says what is missing of a test, "" when nothing is.
func (f *testsOf) lacks(function, subtest string) string {
	switch {
	case !f.functions[function]:
		return "there is no such test"
	case subtest != "" && !f.texts[subtest] && !f.texts[numbered.ReplaceAllString(subtest, "")]:
		return "there is no such subtest"
	}
	return ""
}

func TestTestsOf_lacks(t *testing.T) {
	t.Parallel()
	f, err := readTests(filepath.Join(root(t), "internal", "app"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		function, subtest string
		there             bool
	}{
		{"TestTestsOf_lacks", "", true},
		{"TestTestsOf_lacks", "a_subtest_of_this", true},
		{"TestTestsOf_lacks", "07_a_subtest_of_this", true},
		{"TestTestsOf_lacks", "no_such" + "_text", false},
		{"TestNowhere", "", false},
		{"start", "", false}, // a method only
	} {
		if got := f.lacks(c.function, c.subtest); (got == "") != c.there {
			t.Errorf("%s/%s: %q", c.function, c.subtest, got)
		}
	}
	_ = "a subtest of this"
}
