package bot

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"parley/internal/bot/intent"
	"parley/internal/bot/texts"
)

func TestTexts_areCompleteAndCalm(t *testing.T) {
	t.Parallel()
	codes := HandoffCodes()
	familiar := regexp.MustCompile(`(?i)(^|[^\pL])(tu|te|toi|ton|ta|tes)($|[^\pL])`)
	for _, c := range []*texts.Texts{&texts.English, &texts.French} {
		all := []string{}
		v := reflect.ValueOf(*c)
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.String {
				all = append(all, f.String())
			}
		}
		for _, code := range codes {
			all = append(all, c.Handoff[string(code)])
			if !tellsOfPerson(c.Handoff[string(code)]) {
				t.Errorf("%s: %s does not say that a person takes over", c.Language, code)
			}
		}
		for _, text := range all {
			if text == "" || strings.Contains(text, "!") {
				t.Errorf("%s: %q", c.Language, text)
			}
			if c.Language == "fr" && familiar.MatchString(text) {
				t.Errorf("familiar: %q", text)
			}
		}
		if len(c.Handoff) != len(codes) {
			t.Errorf("%s: %d handoff texts for %d codes", c.Language, len(c.Handoff), len(codes))
		}
		if n := len([]rune(c.Person)); n > 20 {
			t.Errorf("%s: %q does not fit a button", c.Language, c.Person)
		}
	}
}

// TestTexts_keepTheirWord: what the hint tells customers to write must work.
func TestTexts_keepTheirWord(t *testing.T) {
	t.Parallel()
	for lang, c := range map[string]*texts.Texts{"en": &texts.English, "fr": &texts.French} {
		word := regexp.MustCompile(`\p{Lu}{3,}`).FindString(c.Hint)
		for _, text := range []string{word, strings.ToLower(word), word + ".", word + " 12345", c.Person} {
			if s, ok := intent.Always(text, lang); !ok || s.Kind != intent.Person {
				t.Errorf("%q is read as %q", text, s.Kind)
			}
		}
	}
}

func TestPick(t *testing.T) {
	t.Parallel()
	type result struct {
		numbers []int
		stray   bool
	}
	for text, want := range map[string]result{
		"2": {[]int{2}, false}, "2.": {[]int{2}, false}, "n°2 svp": {[]int{2}, false}, "2️⃣": {[]int{2}, false}, "option 3": {[]int{3}, false},
		"1 and 3": {[]int{1, 3}, false}, "1, 2": {[]int{1, 2}, false}, "the second one": {[]int{2}, false}, "le deuxième": {[]int{2}, false}, "la 2e": {[]int{2}, false},
		"the last": {[]int{4}, false}, "number one": {[]int{1}, false}, "un": {[]int{1}, false}, "9": {nil, true}, "0": {nil, true},
		"i ordered 2 shirts": {nil, false}, "two weeks ago": {nil, false}, "yes": {nil, false}, "": {nil, false}, "order 12345": {nil, false},
		"le premier, merci": {[]int{1}, false}, "3rd please": {[]int{3}, false},
	} {
		numbers, stray := pick(text, 4)
		if !reflect.DeepEqual(numbers, want.numbers) || stray != want.stray {
			t.Errorf("pick(%q) = %v, %v; want %v, %v", text, numbers, stray, want.numbers, want.stray)
		}
	}
}
