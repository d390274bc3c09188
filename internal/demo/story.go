package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"parley/internal/sandbox"
)

// patience is how long a scene waits for its replies.
const patience = 20 * time.Second

// scene is what one customer of the story does: bubbles are written one after
// the other, and the scene ends when the replies have come.
type scene struct {
	name, phone string
	bubbles     []string
	replies     int
	broken      bool // through a campaign without json_escape
}

// acts are played one after the other; the scenes of one act together.
var acts = [][]scene{
	{
		{name: "Grace", phone: "+15550000001", bubbles: []string{"What are your opening hours?"}, replies: 1},
		{name: "Ada", phone: "+33600000002", bubbles: []string{"Bonjour", "Où est ma commande ?"}, replies: 1},
		{name: "+4915550000003 (unknown to Braze)", phone: "+4915550000003", bubbles: []string{"hi", "do you deliver to germany", "and how much is it"}, replies: 1},
	},
	{
		{
			name: "Grace", phone: "+15550000001", broken: true, replies: 1,
			bubbles: []string{"The label says \"size M\"\nbut it fits like S \\ what does your size guide say? 🙂"},
		},
	},
	{
		{name: "+4915550000003 (unknown to Braze)", phone: "+4915550000003", bubbles: []string{"thanks, I want to talk to a person"}, replies: 1},
		{name: "Ada", phone: "+33600000002", bubbles: []string{"C'est la CD-20001"}, replies: 1},
	},
}

// PlayStory lets a few customers write, through the real loop, so that no page is
// empty and the loop is seen to work. Everything is printed as it happens.
func PlayStory(ctx context.Context, sandboxURL string, out io.Writer) error {
	t := &teller{phones: Phones{sandboxURL}, out: out, seen: map[string]int64{}}
	for _, act := range acts {
		var wg sync.WaitGroup
		errs := make(chan error, len(act))
		for _, s := range act {
			wg.Go(func() { errs <- t.play(ctx, s) })
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

type teller struct {
	phones Phones
	mu     sync.Mutex
	out    io.Writer
	seen   map[string]int64
}

func (t *teller) play(ctx context.Context, s scene) error {
	if s.broken {
		restore, err := t.breakCampaign(ctx)
		if err != nil {
			return err
		}
		defer restore()
	}
	t.mu.Lock()
	after := t.seen[s.phone]
	t.mu.Unlock()
	for _, bubble := range s.bubbles {
		if err := t.phones.Write(ctx, s.phone, bubble); err != nil {
			return err
		}
	}
	noticed := int64(0)
	deadline := time.Now().Add(patience)
	for replies := 0; replies < s.replies && time.Now().Before(deadline); {
		feed, err := t.phones.Messages(ctx, s.phone, after)
		if err != nil {
			return err
		}
		for _, m := range feed.Messages {
			after = m.N
			who := s.name
			if m.Direction == "out" {
				replies++
				who = "Parley to " + s.name
			}
			t.tell(who, m.Show())
		}
		for _, n := range feed.Notices {
			if n.ID > noticed {
				noticed = n.ID
				t.tell("Sandbox", n.Text.EN)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen[s.phone] = after
	return nil
}

func (t *teller) tell(who, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = fmt.Fprintf(t.out, "  %-34s %s\n", clipName(who)+":", strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", 37))) // nobody depends on the story
}

func clipName(s string) string {
	if r := []rune(s); len(r) > 32 {
		return string(r[:31]) + "…"
	}
	return s
}

// breakCampaign gives the catch-all campaign the body of Braze's page, which puts
// the customer's text into JSON as it is, and returns what puts it back.
func (t *teller) breakCampaign(ctx context.Context) (restore func(), err error) {
	path := "/sandbox/campaigns/" + sandbox.SeedInbound
	var campaign map[string]any
	if err := t.phones.call(ctx, http.MethodGet, path, nil, &campaign); err != nil {
		return nil, err
	}
	webhook, ok := campaign["webhook"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("campaign %s has no webhook", sandbox.SeedInbound)
	}
	original := webhook["body"]
	put := func(body any) error {
		webhook["body"] = body
		return t.phones.call(context.WithoutCancel(ctx), http.MethodPut, path, campaign, nil)
	}
	t.tell("Sandbox", "the next message goes through the body of Braze's page, without json_escape")
	documented := `{"user_id": "{{${user_id}}}", "phone_number": "{{${phone_number}}}", "message": "{{whats_app.${inbound_message_body}}}"}`
	if err := put(documented); err != nil {
		return nil, err
	}
	return func() {
		if err := put(original); err != nil {
			t.tell("Sandbox", "the campaign could not be put back: "+err.Error())
		}
	}, nil
}
