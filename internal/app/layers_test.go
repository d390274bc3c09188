package app

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the module's path; our packages are named below it.
const module = "parley"

// layers is the order of the house: a package may import packages of lower layers only. A pattern ending in
// "/..." also covers the packages below it. A package that no line covers fails the test: give it a place.
var layers = []struct {
	layer   int
	pattern string
}{
	{0, "examples/shop"},
	{1, "examples/shop/cmd/..."},
	{0, "internal/alarm"},
	{0, "internal/batch"},
	{0, "internal/chat"},
	{0, "internal/config"},
	{0, "internal/obs"},
	{0, "internal/sign"},
	{1, "internal/store/..."},
	{1, "internal/channel/braze"},
	{1, "internal/media"},
	{1, "internal/bot/intent"},
	{1, "internal/bot/entity"},
	{1, "internal/bot/llm/..."},
	{1, "internal/bot/tool"},
	{2, "internal/bot/flow"},
	{2, "internal/bot/guard"},
	{2, "internal/bot/phrase"},
	{1, "internal/bot/texts"},
	{2, "internal/bot/passage"},
	{2, "internal/bot/knowledge"},
	{3, "internal/bot/knowledge/importer"},
	{2, "internal/audit"},
	{2, "internal/bot/tool/run"},
	{2, "internal/bot/packet"},
	{2, "internal/live"},
	{3, "internal/auth"},
	{3, "internal/bot"},
	{3, "internal/bot/brain"},
	{3, "internal/bot/eval"},
	{2, "internal/channel/consent"},
	{3, "internal/bot/model"},
	{3, "internal/bot/sense"},
	{2, "internal/bot/remote/wire"},
	{3, "internal/bot/remote"},
	{3, "internal/channel/delivery"},
	{3, "internal/channel/intake"},
	{3, "internal/channel/profile"},
	{3, "internal/channel/receipts"},
	{3, "internal/channel/window"},
	{3, "internal/desk/..."},
	{3, "internal/doctor"},
	{4, "internal/engine"},
	{4, "internal/eval/page"},
	{4, "internal/eval/script"},
	{5, "internal/eval/rehearse"},
	{4, "internal/api/accounts"},
	{4, "internal/api/beside"},
	{4, "internal/api/setup"},
	{4, "internal/api/facts"},
	{4, "internal/api/costs"},
	{4, "internal/api/person"},
	{4, "internal/api/guided"},
	{4, "internal/api/staff"},
	{4, "internal/api/teach"},
	{5, "internal/api"},
	{5, "internal/eval/record"},
	{5, "internal/eval/replay"},
	{5, "internal/sandbox/..."},
	{5, "web"},
	{6, "internal/app"},
	{6, "internal/demo"},
	{7, "bench/..."},
	{7, "internal/eval/draft"},
	{7, "internal/eval/play"},
	{7, "internal/eval/report"},
	{8, "cmd/..."},
}

// sideways are the imports within one layer that are allowed.
var sideways = map[string][]string{
	"internal/eval/report":   {"internal/eval/play"},
	"internal/bot/model":     {"internal/bot"},
	"internal/bot/eval":      {"internal/bot"},
	"internal/store/calls":   {"internal/bot/tool"},
	"internal/bot/remote":    {"internal/bot"},
	"internal/config":        {"internal/sign"},
	"internal/bot/brain":     {"internal/bot", "internal/bot/model", "internal/bot/remote"},
	"internal/bot/knowledge": {"internal/bot/passage"},
}

// testOnly are imported by test files and by nothing else; what they import themselves of ours is listed.
var testOnly = map[string][]string{
	"internal/testkit":         nil,
	"internal/store/storetest": {"internal/store", "internal/store/migrations", "internal/testkit"},
}

// sizes beyond which a thing must be split by noun. Generated files and tests do not count.
const (
	maxPackage  = 3000
	maxFile     = 500
	maxFunction = 80
)

// reserved names what only some packages may touch: an import, or an identifier of one.
var reserved = []struct {
	imported, name string // name empty: the import itself
	allowed        []string
}{
	{"database/sql", "", []string{"internal/store/..."}},
	{"os", "Getenv", []string{"examples/shop/cmd/...", "internal/config", "cmd/...", "internal/store/storetest"}},
	{"os", "LookupEnv", []string{"internal/config", "cmd/..."}},
	{"os", "Environ", []string{"internal/config", "cmd/..."}},
	{"os", "Exit", []string{"examples/shop/cmd/...", "cmd/..."}},
	{"log", "", nil},
}

// goFile is one file of the program, without the tests.
type goFile struct {
	path      string // relative to the module, with slashes
	pkg       string
	lines     int
	generated bool
	imports   map[string]string // local name -> import path
	ast       *ast.File
	set       *token.FileSet
}

func TestLayers_importsPointDownwards(t *testing.T) {
	t.Parallel()
	for _, problem := range checkImports(readProgram(t, root(t))) {
		t.Error(problem)
	}
}

func TestLayers_sizesStayReadable(t *testing.T) {
	t.Parallel()
	for _, problem := range checkSizes(readProgram(t, root(t))) {
		t.Error(problem)
	}
}

func TestLayers_reservedThingsStayInTheirPlace(t *testing.T) {
	t.Parallel()
	for _, problem := range checkReserved(readProgram(t, root(t))) {
		t.Error(problem)
	}
}

// TestLayers_findProblems runs the checks on a program that breaks every rule, since a check that finds nothing
// passes for ever.
func TestLayers_findProblems(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("internal/chat/chat.go", "package chat\nimport _ \"parley/internal/store\"\n")
	write("internal/engine/engine.go", "package engine\nimport _ \"parley/internal/testkit\"\n")
	write("internal/engine/engine_test.go", "package engine\nimport _ \"parley/internal/app\"\n")
	write("internal/testkit/testkit.go", "package testkit\nimport _ \"parley/internal/chat\"\n")
	write("internal/store/storetest/storetest.go", "package storetest\nimport _ \"parley/internal/store\"\n")
	write("internal/bot/eval/eval.go", "package eval\nimport _ \"parley/internal/bot\"\n")
	write("internal/sandbox/rules/rules.go", "package rules\nimport (\n_ \"parley/internal/chat\"\n_ \"parley/internal/obs\"\n_ \"parley/internal/sandbox/clock\"\n)\n")
	write("internal/util/util.go", "package util\n")
	write("internal/desk/report/report.go", "package report\nimport (\n\"database/sql\"\nenv \"os\"\n)\nvar _ sql.DB\nvar _ = env.Getenv\n")
	write("internal/store/store.go", "package store\nimport _ \"database/sql\"\n"+strings.Repeat("//\n", maxFile))
	write("internal/store/gen.go", "// Code generated by hand. DO NOT EDIT.\npackage store\n"+strings.Repeat("//\n", maxFile))
	write("internal/live/live.go", "package live\nfunc long() {\n"+strings.Repeat("\n", maxFunction)+"}\n")
	write("internal/live/table.go", "package live\nfunc table() []int {\nreturn []int{\n"+strings.Repeat("1,\n", maxFunction)+"}\n}\n")
	for i := range 7 {
		write(fmt.Sprintf("internal/auth/f%d.go", i), "package auth\n"+strings.Repeat("//\n", maxFile-10))
	}
	write("web/ui/node_modules/x/x.go", "package x\n")

	program := readProgram(t, dir)
	got := slices.Concat(checkImports(program), checkSizes(program), checkReserved(program))
	want := []string{
		"internal/auth: 3437 lines",
		"internal/chat/chat.go: internal/chat (layer 0) imports internal/store (layer 1)",
		"internal/desk/report/report.go: imports database/sql",
		"internal/desk/report/report.go: uses os.Getenv",
		"internal/engine/engine.go: imports internal/testkit",
		"internal/live/live.go: long has 82 lines",
		"internal/sandbox/rules/rules.go: internal/sandbox/rules imports internal/chat",
		"internal/store/store.go: 502 lines",
		"internal/testkit/testkit.go: internal/testkit imports internal/chat",
		"internal/util: has no layer",
	}
	slices.Sort(got)
	for i, problem := range got {
		if i >= len(want) || !strings.HasPrefix(problem, want[i]) {
			t.Errorf("problem %d: %s", i, problem)
		}
	}
	if len(got) != len(want) {
		t.Errorf("found %d problems, want %d", len(got), len(want))
	}
}

// root is the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return dir
}

var generatedLine = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// readProgram parses every Go file below dir but tests, other modules and what is no part of the program.
func readProgram(t *testing.T, dir string) []goFile {
	t.Helper()
	var files []goFile
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); file != dir && (name == "node_modules" || name == "testdata" || name == "tools" || strings.HasPrefix(name, ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		relative, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		f, err := readFile(file, filepath.ToSlash(relative))
		files = append(files, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readFile(file, name string) (goFile, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return goFile{}, err
	}
	f := goFile{
		path: name, pkg: path.Dir(name), lines: bytes.Count(text, []byte("\n")), generated: generatedLine.Match(text),
		imports: map[string]string{}, set: token.NewFileSet(),
	}
	if f.ast, err = parser.ParseFile(f.set, file, text, parser.SkipObjectResolution); err != nil {
		return f, err
	}
	for _, spec := range f.ast.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return f, err
		}
		local := path.Base(imported)
		if spec.Name != nil && spec.Name.Name != "_" {
			local = spec.Name.Name
		}
		f.imports[local+" "+imported] = imported
	}
	return f, nil
}

// matches reports whether a package is covered by a pattern of the tables above.
func matches(pattern, pkg string) bool {
	base, below := strings.CutSuffix(pattern, "/...")
	return pkg == base || below && strings.HasPrefix(pkg, base+"/")
}

func layerOf(pkg string) (int, bool) {
	for _, l := range layers {
		if matches(l.pattern, pkg) {
			return l.layer, true
		}
	}
	return 0, false
}

func checkImports(program []goFile) (problems []string) {
	unlisted := map[string]bool{}
	for _, f := range program {
		allowed, forTests := testOnly[f.pkg]
		layer, ok := layerOf(f.pkg)
		if !ok && !forTests {
			unlisted[f.pkg] = true
			continue
		}
		for _, imported := range f.imports {
			target, ours := strings.CutPrefix(imported, module+"/")
			if !ours {
				continue
			}
			if forTests {
				if !slices.Contains(allowed, target) {
					problems = append(problems, fmt.Sprintf("%s: %s imports %s; as a package for tests it may import %v", f.path, f.pkg, target, allowed))
				}
				continue
			}
			if _, isForTests := testOnly[target]; isForTests {
				problems = append(problems, fmt.Sprintf("%s: imports %s, which is for tests only", f.path, target))
				continue
			}
			if matches("internal/sandbox/...", f.pkg) {
				if target != "internal/obs" && !matches("internal/sandbox/...", target) {
					problems = append(problems, fmt.Sprintf("%s: %s imports %s; the sandbox shares nothing with the program but obs, so that the two cannot be wrong in the same way", f.path, f.pkg, target))
				}
				continue
			}
			below, ok := layerOf(target)
			family := matches("internal/desk/...", f.pkg) && matches("internal/desk/...", target) ||
				matches("internal/store/...", f.pkg) && matches("internal/store/...", target) ||
				matches("cmd/...", f.pkg) && matches("cmd/...", target)
			if ok && below >= layer && !family && !slices.Contains(sideways[f.pkg], target) {
				problems = append(problems, fmt.Sprintf("%s: %s (layer %d) imports %s (layer %d); imports must point to lower layers", f.path, f.pkg, layer, target, below))
			}
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(unlisted)) {
		problems = append(problems, pkg+": has no layer; add it to the table in internal/app/layers_test.go")
	}
	return problems
}

func checkSizes(program []goFile) (problems []string) {
	packages := map[string]int{}
	for _, f := range program {
		if f.generated {
			continue
		}
		packages[f.pkg] += f.lines
		if f.lines > maxFile {
			problems = append(problems, fmt.Sprintf("%s: %d lines; at most %d, split it by noun", f.path, f.lines, maxFile))
		}
		for _, decl := range f.ast.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				if n := functionLines(f.set, fn); n > maxFunction {
					problems = append(problems, fmt.Sprintf("%s: %s has %d lines; at most %d", f.path, fn.Name.Name, n, maxFunction))
				}
			}
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(packages)) {
		if n := packages[pkg]; n > maxPackage {
			problems = append(problems, fmt.Sprintf("%s: %d lines; at most %d, split it by noun", pkg, n, maxPackage))
		}
	}
	return problems
}

// functionLines counts the lines of a function. A table written as a literal counts as one line however long it is:
// it is read entry by entry.
func functionLines(set *token.FileSet, fn *ast.FuncDecl) int {
	span := func(n ast.Node) int { return set.Position(n.End()).Line - set.Position(n.Pos()).Line }
	lines := span(fn) + 1
	ast.Inspect(fn, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if ok && !holdsCode(literal) {
			lines -= span(literal)
		}
		return !ok || holdsCode(literal)
	})
	return lines
}

// holdsCode reports whether a literal contains function bodies.
func holdsCode(literal *ast.CompositeLit) (found bool) {
	ast.Inspect(literal, func(n ast.Node) bool {
		_, isFunc := n.(*ast.FuncLit)
		found = found || isFunc
		return !found
	})
	return found
}

func checkReserved(program []goFile) (problems []string) {
	for _, f := range program {
		for _, rule := range reserved {
			if slices.ContainsFunc(rule.allowed, func(pattern string) bool { return matches(pattern, f.pkg) }) {
				continue
			}
			for key, imported := range f.imports {
				local, _, _ := strings.Cut(key, " ")
				switch {
				case imported != rule.imported:
				case rule.name == "":
					problems = append(problems, fmt.Sprintf("%s: imports %s, which belongs to %v only", f.path, imported, rule.allowed))
				case uses(f.ast, local, rule.name):
					problems = append(problems, fmt.Sprintf("%s: uses %s.%s, which belongs to %v only", f.path, rule.imported, rule.name, rule.allowed))
				}
			}
		}
	}
	return problems
}

// uses reports whether a file mentions the identifier name of the package known locally as local.
func uses(file *ast.File, local, name string) (found bool) {
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == name {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == local {
				found = true
			}
		}
		return !found
	})
	return found
}
