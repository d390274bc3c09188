package app_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	format "parley/internal/bot/remote/wire"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/sign"
	"parley/internal/store/storetest"
	"parley/internal/store/usage"
	"parley/internal/testkit"
)

// withBrain is a loop whose route support has a brain.
func withBrain(t *testing.T, database, url, secret string) *loop {
	t.Helper()
	f := newFront(t)
	b := newBox(t, f.URL, nil)
	cfg := settings(t, database, b.url)
	cfg.Workspaces[0].Routes[0].Brain = config.Brain{URL: url, Secret: config.Secret(secret), Timeout: 30 * time.Second}
	l := &loop{rig: newRigBehind(t, cfg, f), box: b}
	l.private(secret)
	return l
}

// TestBrain_example runs the example as its page says, and is its customer.
func TestBrain_example(t *testing.T) {
	t.Parallel()
	const file = "../../examples/brain/brain.py"
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(code)) {
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	if lines > 42 { // three of them are its description
		t.Errorf("the example of 40 lines has %d", lines)
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: the example brain is NOT tested here")
	}
	secret := sign.NewSecret()
	cmd := exec.CommandContext(t.Context(), python, file, "0")
	cmd.Env = append(os.Environ(), "BRAIN_SECRET="+secret, "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the example does not start: %v", err)
	}
	address := "127.0.0.1:" + strings.TrimPrefix(strings.TrimSpace(said), "listening on port ")
	l := withBrain(t, "sqlite:"+t.TempDir()+"/parley.db", "http://"+address+"/turn", secret)

	const phone = "+15550000211"
	for i, c := range []struct{ text, want string }{
		{"what is the sofa", "The sofa costs 499 €."},
		{"how much is the other one, what does it cost", "What would you like the price of?"},
		{"Lamp", "The lamp costs 39 €."},
		{question(1), answerTo(1)},
	} {
		l.write(phone, c.text)
		if got := l.box.replied(phone, i+1)[i]; !strings.Contains(got, c.want) {
			t.Errorf("%q is answered with %q", c.text, got)
		}
	}
	l.settled()
	id := l.of(phone).ID
	desk := l.desk()
	for i, want := range map[int]string{1: "Decided by your own brain", 3: address + "/turn · choices · ", 7: "Your own brain left it to the bot"} {
		if life := desk.get("/messages/" + string(l.lines(id)[i].ID) + "/life"); !strings.Contains(life, want) {
			t.Errorf("no %q in %s", want, life)
		}
	}

	// Who cannot sign is not heard.
	response, err := http.Post("http://"+address+"/turn", "application/json", strings.NewReader(`{"turn":"x","messages":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	if response.Body.Close(); response.StatusCode != http.StatusUnauthorized {
		t.Errorf("an unsigned turn is answered %s", response.Status)
	}

	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	l.write(phone, question(2))
	if got := l.box.replied(phone, 5)[4]; !strings.Contains(got, answerTo(2)) {
		t.Errorf("without its brain the bot says %q", got)
	}
	l.settled()
	if life := desk.get("/messages/" + string(l.lines(id)[9].ID) + "/life"); !strings.Contains(life, "Your own brain was no help") || !strings.Contains(life, "unreachable") || !strings.Contains(life, "2 calls") {
		t.Errorf("the life of the last answer is %s", life)
	}
}

// slow is a brain that waits until it is let go.
type slow struct {
	*httptest.Server
	asked   chan format.Turn
	release func()

	mu    sync.Mutex
	heads []string // ids under which it was called
	fails int      // first calls that it answers 503
}

func newSlow(t *testing.T, fails int) *slow {
	t.Helper()
	let := make(chan struct{})
	s := &slow{asked: make(chan format.Turn, 100), release: sync.OnceFunc(func() { close(let) }), fails: fails}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var turn format.Turn
		raw, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(raw, &turn) != nil {
			t.Errorf("the brain is told %s", raw)
		}
		s.mu.Lock()
		s.heads = append(s.heads, r.Header.Get("webhook-id"))
		failing := len(s.heads) <= s.fails
		s.mu.Unlock()
		s.asked <- turn
		if failing {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		<-let
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(format.Answer{Turn: turn.ID, Action: format.Reply, Text: "Said by the brain, for sure."})
	}))
	t.Cleanup(s.Close)
	t.Cleanup(s.release)
	return s
}

// TestBrain_lateAnswersAreRefused lets an agent answer while the brain still thinks: what it
// says then is for an epoch that is over.
func TestBrain_lateAnswersAreRefused(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		brain := newSlow(t, 0)
		l := withBrain(t, database, brain.URL, sign.NewSecret())
		const phone = "+15550000212"
		l.write(phone, question(1))
		told := <-brain.asked
		c := l.of(phone)
		if told.Conversation != string(c.ID) || told.Epoch != c.Epoch || told.Contact.Phone != "" || told.Messages[0].Text != question(1) || !strings.Contains(told.Embedded.Text, answerTo(1)) {
			t.Errorf("told %+v", told)
		}
		l.desk().post("/conversations/"+string(c.ID)+"/replies", map[string]any{"clientId": chat.NewID(), "text": "This is Ben.", "seenSeq": c.InSeq}, nil)
		l.box.replied(phone, 1)
		brain.release()
		testkit.Eventually(t, patience, func() bool { // the brain's turn is over
			turns, err := usage.Of(t.Context(), l.app.Store(), c.ID)
			return err == nil && len(turns) == 1 && turns[0].Outcome == string(format.Reply)
		})
		l.stop()
		l.start()
		l.settled()
		testkit.Diff(t, l.box.replies(phone), []string{"This is Ben."})
		if after := l.of(phone); after.Owner != chat.OwnerAgent || after.Epoch == told.Epoch {
			t.Errorf("the owner is %s in epoch %d", after.Owner, after.Epoch)
		}
	})
}

// TestBrain_isAskedAgainAboutTheSameTurn repeats a call that failed under the id of the turn, and a
// turn that was cut off by a stop is put to the brain under that id again; the customer gets one answer.
func TestBrain_isAskedAgainAboutTheSameTurn(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		brain := newSlow(t, 1)
		l := withBrain(t, database, brain.URL, sign.NewSecret())
		l.stop()
		l.cfg.Workspaces[0].Turn.Lease = time.Second
		l.cfg.Limits.StopSeconds = 1
		l.start()
		const phone = "+15550000213"
		l.write(phone, question(1))
		first, second := <-brain.asked, <-brain.asked
		if err := l.app.Stop(); err == nil || !strings.Contains(err.Error(), "cut off") {
			t.Errorf("stop: %v", err)
		}
		l.app = nil
		l.start()
		third := <-brain.asked
		brain.release()
		if got := l.box.replied(phone, 1)[0]; !strings.HasSuffix(got, "Said by the brain, for sure.") {
			t.Errorf("the answer is %q", got)
		}
		l.settled()
		if n := len(l.box.replies(phone)); n != 1 || first.ID == "" || second.ID != first.ID || third.ID != first.ID {
			t.Errorf("%d replies to turns %s, %s and %s", n, first.ID, second.ID, third.ID)
		}
		brain.mu.Lock()
		defer brain.mu.Unlock()
		for _, id := range brain.heads {
			if id != first.ID {
				t.Errorf("called as %s", id)
			}
		}
	})
}
