package braze

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNeutralizeLiquid(t *testing.T) {
	t.Parallel()
	const wj = "\u2060"
	tests := []struct{ in, want string }{
		{"", ""},
		{"hello {you} 100 %}", "hello {you} 100 %}"},
		{"{{ ${first_name} }}", "{" + wj + "{ ${first_name} }}"},
		{"{% abort_message() %}", "{" + wj + "% abort_message() %}"},
		{"{{{%", "{" + wj + "{" + wj + "{" + wj + "%"},
		{`{"a":{"b":1}}`, `{"a":{"b":1}}`},
		{"é{{😀", "é{" + wj + "{😀"},
	}
	for _, tt := range tests {
		if got := NeutralizeLiquid(tt.in); got != tt.want {
			t.Errorf("NeutralizeLiquid(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestNeutralizeLiquid_leavesNoDelimiterAndLooksTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.StringMatching(`[{%} a\x{2060}]*`), rapid.String()).Draw(t, "text")
		got := NeutralizeLiquid(in)
		if strings.Contains(got, "{{") || strings.Contains(got, "{%") {
			t.Fatalf("%q still holds a delimiter", got)
		}
		if again := NeutralizeLiquid(got); again != got {
			t.Fatalf("twice: %q, once: %q", again, got)
		}
		if bare := strings.NewReplacer("\u2060", "").Replace; bare(got) != bare(in) {
			t.Fatalf("%q looks different from %q", got, in)
		}
	})
}
