package mutant_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fairloss/impl"
	"fairloss/impl/mutant"
	"fairloss/spec"
)

func TestRegistry(t *testing.T) {
	names := map[string]bool{}
	for _, l := range impl.Registry() {
		names[l.Name] = true
	}
	for _, m := range mutant.Registry() {
		if names[m.Name] {
			t.Errorf("%s is registered twice", m.Name)
		}
		names[m.Name] = true
		if m.Kind != impl.Mutant || m.New == nil || !strings.HasSuffix(m.Doc, ".") {
			t.Errorf("%s: kind %v, doc %q: want a mutant that says what it does", m.Name, m.Kind, m.Doc)
		}
		for _, id := range append([]string{m.Breaks}, m.Also...) {
			if _, claimed := m.Guarantee.Property(id); !claimed && id != spec.ACK.ID {
				t.Errorf("%s breaks %s, which %s does not claim", m.Name, id, m.Parent)
			}
		}
		if slices.Contains(m.Also, m.Breaks) {
			t.Errorf("%s names %s twice", m.Name, m.Breaks)
		}
	}
}

// Every property that some link claims has a mutant that is there to break it.
func TestEveryPropertyIsBroken(t *testing.T) {
	broken := map[string]bool{}
	for _, m := range mutant.Registry() {
		broken[m.Breaks] = true
	}
	claimed := map[string]bool{spec.ACK.ID: true}
	for _, l := range impl.Registry() {
		for _, p := range l.Guarantee.Properties {
			claimed[p.ID] = true
		}
	}
	if got, want := slices.Sorted(maps.Keys(broken)), slices.Sorted(maps.Keys(claimed)); !slices.Equal(got, want) {
		t.Errorf("mutants break %v, links claim %v", got, want)
	}
}

// A mutant is at most this many lines of code away from its parent: what is
// within its methods, and the fields that it adds. Lines that hold nothing but
// a bracket or a comment do not count.
const maxLines = 10

func TestMutantsAreSmall(t *testing.T) {
	lines := map[string]int{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		count(t, name, source, lines)
	}
	for mutant, n := range lines {
		if n == 0 || n > maxLines {
			t.Errorf("%s differs from its parent by %d lines, want 1 to %d", mutant, n, maxLines)
		}
	}
	if len(lines) < 20 {
		t.Errorf("counted the lines of %d mutants, want 20 or more", len(lines))
	}
}

// count adds the lines of each type and its methods to lines.
func count(t *testing.T, name string, source []byte, lines map[string]int) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	code := codeLines(source)
	between := func(from, to token.Pos) (n int) {
		for line := fset.Position(from).Line; line <= fset.Position(to).Line; line++ {
			if code[line] {
				n++
			}
		}
		return n
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.GenDecl:
			for _, s := range decl.Specs {
				if s, ok := s.(*ast.TypeSpec); ok {
					fields := s.Type.(*ast.StructType).Fields.List
					lines[s.Name.Name] += len(fields) - 1 // all but the parent
				}
			}
		case *ast.FuncDecl:
			if decl.Recv == nil {
				continue
			}
			receiver := decl.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name
			body := decl.Body
			switch n := len(body.List); {
			case n == 0:
				lines[receiver]++ // to do nothing is a difference too
			default:
				lines[receiver] += between(body.List[0].Pos(), body.List[n-1].End())
			}
		}
	}
}

// codeLines returns the lines on which a token other than a bracket or an
// implied semicolon begins.
func codeLines(source []byte) map[int]bool {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(source))
	var s scanner.Scanner
	s.Init(file, bytes.Clone(source), nil, 0)
	code := map[int]bool{}
	for {
		pos, tok, _ := s.Scan()
		switch tok {
		case token.EOF:
			return code
		case token.SEMICOLON, token.LBRACE, token.RBRACE, token.LPAREN, token.RPAREN:
		default:
			code[fset.Position(pos).Line] = true
		}
	}
}
