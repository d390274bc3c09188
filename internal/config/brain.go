package config

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"parley/internal/sign"
)

// Brain is an endpoint of the operator's own that decides in the place of what the embedded bot has read.
type Brain struct {
	URL     string        `yaml:"url" example:"https://brain.example.com/turn" doc:"HTTPS address that gets each turn as a signed POST and answers with what to say; docs/brain.md has the format. Plain http is allowed on this machine only. Empty: none. The workspace's model is not asked on a route with a brain."`
	Secret  Secret        `yaml:"secret" example:"whsec_bWFrZS15b3VyLW93bi1rZXktcGxlYXNl" doc:"What turns are signed with: whsec_ and the base64 of 24 to 64 random bytes. Better kept in the environment than in this file."`
	Timeout time.Duration `yaml:"timeout" default:"8s" doc:"Longest that one attempt may take. There are at most two; then the embedded bot answers. Both together take less than turn.timeout."`
	Raw     bool          `yaml:"raw" default:"false" doc:"Tell the brain what customers wrote as they wrote it, and their phone number. Off: it gets placeholders for phone numbers, e-mail addresses, bank accounts and the like. Card numbers are hidden either way."`
}

// Configured reports whether there is a brain.
func (b Brain) Configured() bool { return b.URL != "" }

// Name is what people see of a brain: its host and path.
func (b Brain) Name() string {
	u, err := url.Parse(b.URL)
	if err != nil {
		return ""
	}
	return u.Host + strings.TrimRight(u.Path, "/")
}

func (c *checker) brain(key string, r Route, turn time.Duration) {
	b := r.Brain
	if !b.Configured() {
		if b.Secret != "" {
			c.add(key+".url", "is missing although the brain has a secret", "write the address of your brain, such as https://brain.example.com/turn")
		}
		return
	}
	if r.Model.Configured() {
		c.add(key, "stands beside a model on the same route, and only one of the two can decide", "take brain or model away from the route")
	}
	u, err := url.Parse(b.URL)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		c.add(key+".url", fmt.Sprintf("%q is not a web address", b.URL), "write one such as https://brain.example.com/turn")
	case u.User != nil:
		c.add(key+".url", "holds a name or a password", "leave them out; the signature says who calls")
	case u.Fragment != "":
		c.add(key+".url", "has something behind a #, which is not sent", "leave it out")
	case u.Scheme == "http" && !isLoopback(b.URL):
		c.add(key+".url", "would send what customers write unencrypted", "use https; http is for this machine only")
	}
	const make = `make one with: echo "whsec_$(openssl rand -base64 32)"`
	if b.Secret == "" {
		c.add(key+".secret", "is missing", make+", and set it in the environment or in the file that …_BRAIN_SECRET_FILE names")
	} else if err := sign.Check(b.Secret.Reveal()); err != nil {
		c.add(key+".secret", err.Error(), make)
	}
	within(c, key+".timeout", b.Timeout, 500*time.Millisecond, (turn-time.Second)/2)
}
