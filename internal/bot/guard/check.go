package guard

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"parley/internal/bot/intent"
)

// MaxRunes is the longest answer a model may give, in characters.
const MaxRunes = 1000

// Rule names a check.
type Rule string

// The checks, in their order.
const (
	RuleEmpty    Rule = "empty"
	RuleLength   Rule = "length"
	RuleMarks    Rule = "marks"    // a placeholder or a delimiter of the request is in it
	RuleLink     Rule = "link"     // a web address that no source has
	RuleContact  Rule = "contact"  // an e-mail address or phone number that no source has
	RuleNumber   Rule = "number"   // a number, date or code from nowhere
	RulePrice    Rule = "price"    // an amount or percentage from nowhere, or granted by nobody
	RulePromise  Rule = "promise"  // says that something was done, and nothing was
	RuleLanguage Rule = "language" // not the conversation's
	RulePrompt   Rule = "prompt"   // repeats the instructions
	RuleEcho     Rule = "echo"     // repeats the customer, as somebody does who was told what to say
)

// Violation is a check that failed. Detail is one English sentence that tells a model
// what to mend; it may quote the draft.
type Violation struct {
	Rule   Rule
	Detail string
}

// Sources are what a draft may draw on.
type Sources struct {
	// Knowledge are the answers the model was given, and what else the shop vouches for.
	Knowledge []string
	// Results are what tools have answered in this turn, one entry for each value. A value
	// vouches for an address or a phone number only if it is nothing else: free text in it
	// may be anybody's.
	Results []string
	// Customer is what the customer wrote in this conversation.
	Customer []string
	// Prompt is what must not be repeated: the instructions.
	Prompt string
	// Delimiter is the spotlight's.
	Delimiter string
	// Wrote says that a tool that changes something has succeeded in this turn.
	Wrote bool
	// Language is the conversation's, and Detect reads that of a text: empty when it
	// cannot tell surely. Detect may be nil.
	Language string
	Detect   func(text string) string
}

// Check runs every check on a draft and returns the first that fails, or nil. The checks
// are made of words and shapes and can be fooled; they are the last of several walls.
func Check(draft string, s Sources) *Violation {
	c := &checker{draft: draft, folded: " " + intent.Fold(draft) + " ", Sources: s}
	c.vouched = append(append([]string{}, s.Knowledge...), s.Results...)
	c.addresses = append([]string{}, s.Knowledge...)
	for _, value := range s.Results {
		if len(strings.Fields(value)) == 1 || isContact(value) {
			c.addresses = append(c.addresses, value)
		}
	}
	for _, check := range []func() *Violation{
		c.shape, c.marks, c.links, c.contacts, c.prices, c.numbers, c.codes, c.promises, c.language, c.prompt, c.echo,
	} {
		if v := check(); v != nil {
			return v
		}
	}
	return nil
}

type checker struct {
	Sources
	draft, folded string
	vouched       []string // knowledge and results
	addresses     []string // those of them that vouch for addresses
	ours, theirs  facts    // of vouched and of the customer, once read
	read          bool
	numbered      map[string]bool // see figures
}

func violation(rule Rule, format string, args ...any) *Violation {
	return &Violation{rule, fmt.Sprintf(format, args...)}
}

func (c *checker) shape() *Violation {
	if strings.TrimSpace(c.draft) == "" {
		return violation(RuleEmpty, "The text is empty.")
	}
	if n := utf8.RuneCountInString(c.draft); n > MaxRunes {
		return violation(RuleLength, "The text has %d characters; at most %d are allowed.", n, MaxRunes)
	}
	return nil
}

func (c *checker) marks() *Violation {
	if name := placeholder.FindString(c.draft); name != "" {
		return violation(RuleMarks, "The text repeats the placeholder %s.", name)
	}
	if c.Delimiter != "" && strings.Contains(c.draft, c.Delimiter) {
		return violation(RuleMarks, "The text repeats a mark of the request.")
	}
	return nil
}

func (c *checker) links() *Violation {
	allowed := map[string]bool{}
	for _, text := range c.addresses {
		for _, link := range linksIn(text) {
			allowed[link] = true
		}
	}
	for _, link := range linksIn(c.draft) {
		if !allowed[link] {
			return violation(RuleLink, "The web address %s is in no source.", link)
		}
	}
	return nil
}

func (c *checker) contacts() *Violation {
	allowed := map[string]bool{}
	for _, text := range c.addresses {
		for _, f := range Find(text) {
			allowed[contactKey(f)] = true
		}
	}
	for _, f := range Find(c.draft) {
		if f.Kind != Literal && !allowed[contactKey(f)] {
			return violation(RuleContact, "The text holds personal or contact data of the kind %s that is in no source.", f.Kind)
		}
	}
	return nil
}

// isContact reports whether a text is one finding and nothing else.
func isContact(text string) bool {
	found := Find(text)
	return len(found) == 1 && found[0].Text == strings.TrimSpace(text)
}

// contactKey makes the same address or number alike however it is written.
func contactKey(f Finding) string {
	if f.Kind == Email {
		return string(f.Kind) + strings.ToLower(f.Text)
	}
	return string(f.Kind) + digits(f.Text)
}

func (c *checker) language() *Violation {
	if c.Detect == nil || c.Language == "" {
		return nil
	}
	if got := c.Detect(c.draft); got != "" && got != c.Language {
		return violation(RuleLanguage, "The text is in %q; the conversation is in %q.", got, c.Language)
	}
	return nil
}

// gram is how many words in a row count as a repetition of the instructions.
const gram = 8

func (c *checker) prompt() *Violation {
	secret := grams(intent.Fold(c.Prompt))
	words := strings.Fields(c.folded)
	for i := 0; i+gram <= len(words); i++ {
		if secret[strings.Join(words[i:i+gram], " ")] {
			return violation(RulePrompt, "The text repeats the instructions.")
		}
	}
	return nil
}

// echo finds the customer's own words: long pieces of them, or a whole message.
func (c *checker) echo() *Violation {
	words := strings.Fields(c.folded)
	for _, text := range c.Customer {
		said := intent.Fold(text)
		if n := len(strings.Fields(said)); n >= 3 && n < gram && strings.Contains(c.folded, " "+said+" ") {
			return violation(RuleEcho, "The text repeats what the customer wrote.")
		}
		theirs := grams(said)
		for i := 0; i+gram <= len(words); i++ {
			if theirs[strings.Join(words[i:i+gram], " ")] {
				return violation(RuleEcho, "The text repeats what the customer wrote.")
			}
		}
	}
	return nil
}

func grams(folded string) map[string]bool {
	words, out := strings.Fields(folded), map[string]bool{}
	for i := 0; i+gram <= len(words); i++ {
		out[strings.Join(words[i:i+gram], " ")] = true
	}
	return out
}
