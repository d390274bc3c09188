package auth

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/store"
	"parley/internal/testkit"
)

const boss = "boss@example.com"

// admin enrols an administrator.
func (b bundle) admin(t *testing.T) User {
	t.Helper()
	u, err := b.Enroll(t.Context(), NewUser{Email: boss, Name: "Ada", Role: Admin, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (b bundle) agent(t *testing.T) User {
	t.Helper()
	u, err := b.store.UserByEmail(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return userOf(u)
}

func code(err error) chat.Code {
	var e *chat.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestInvite_letsSomebodyInOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx, by := t.Context(), b.admin(t)
		n := NewUser{Email: " New@Example.com", Name: "Grace", Role: Supervisor}
		old, err := b.Invite(ctx, by, n)
		if err != nil {
			t.Fatal(err)
		}
		n.Name = "Grace H."
		l, err := b.Invite(ctx, by, n) // again: the link before is worthless
		if err != nil {
			t.Fatal(err)
		}
		if want := b.Now().Add(7 * 24 * time.Hour); !l.Expires.Equal(want) || l.UserID != old.UserID {
			t.Errorf("the link is %+v, want it until %v for %s", l, want, old.UserID)
		}
		for _, secret := range []config.Secret{old.Secret, "", "made-up", l.Secret + "x", config.Secret(tokenHash(l.Secret.Reveal()))} {
			if _, err := b.Accept(ctx, secret, password, home); code(err) != chat.NotFound {
				t.Errorf("another secret: %v", err)
			}
		}
		for _, p := range []config.Secret{"", password} {
			if _, err := b.Login(ctx, "new@example.com", p, home); !errors.Is(err, ErrCredentials) {
				t.Errorf("who is only invited logs in: %v", err)
			}
		}
		u, purpose, err := b.Welcome(ctx, l.Secret, home)
		if err != nil || purpose != "invite" || u.Email != "new@example.com" || u.Name != "Grace H." {
			t.Errorf("the link is for %+v, %s: %v", u, purpose, err)
		}
		if _, err := b.Accept(ctx, l.Secret, "too short", home); code(err) != chat.Invalid {
			t.Errorf("a bad password: %v", err)
		}
		s, err := b.Accept(ctx, l.Secret, "four random words", home)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := b.Resume(ctx, s.Token); err != nil || got.User.Role != Supervisor {
			t.Errorf("the session is %+v: %v", got, err)
		}
		if _, err := b.Accept(ctx, l.Secret, "five other random words", home); code(err) != chat.NotFound {
			t.Errorf("a second time: %v", err)
		}
		if _, err := b.Login(ctx, "new@example.com", "four random words", home); err != nil {
			t.Errorf("with the new password: %v", err)
		}
		if _, err := b.Invite(ctx, by, n); code(err) != chat.Conflict {
			t.Errorf("invited although there: %v", err)
		}
	})
}

func TestAccept_worksOnceAtTheSameTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		l, err := b.ResetLink(t.Context(), Console, email)
		if err != nil {
			t.Fatal(err)
		}
		var worked, refused atomic.Int32
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				switch _, err := b.Accept(t.Context(), l.Secret, "a fresh password", home); {
				case err == nil:
					worked.Add(1)
				case code(err) == chat.NotFound:
					refused.Add(1)
				default:
					t.Errorf("accept: %v", err)
				}
			})
		}
		all.Wait()
		if worked.Load() != 1 || refused.Load() != 5 {
			t.Errorf("%d worked and %d were refused", worked.Load(), refused.Load())
		}
	})
}

func TestInvite_manyAtTheSameTimeMakeOneUser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if _, err := b.Invite(t.Context(), Console, NewUser{Email: "new@example.com", Name: "New", Role: Agent}); err != nil {
					t.Errorf("invite: %v", err)
				}
			})
		}
		all.Wait()
		if list, err := b.Accounts(t.Context()); err != nil || len(list) != 2 || list[1].State != Invited {
			t.Errorf("there are %+v: %v", list, err)
		}
	})
}

func TestResetLink_endsSessionsWhenUsed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx, before := t.Context(), b.login(t)
		l, err := b.ResetLink(ctx, b.admin(t), b.agent(t).ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Resume(ctx, before.Token); err != nil {
			t.Errorf("the link alone ended a session: %v", err)
		}
		s, err := b.Accept(ctx, l.Secret, "a fresh password", home)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Resume(ctx, before.Token); !errors.Is(err, ErrNoSession) {
			t.Errorf("the session from before: %v", err)
		}
		if _, err := b.Resume(ctx, s.Token); err != nil {
			t.Errorf("the session of the link: %v", err)
		}
		late, err := b.ResetLink(ctx, Console, email)
		if err != nil {
			t.Fatal(err)
		}
		b.clock.advance(24 * time.Hour)
		if _, err := b.Accept(ctx, late.Secret, "a fresh password", home); code(err) != chat.NotFound {
			t.Errorf("after a day: %v", err)
		}
		if _, err := b.ResetLink(ctx, Console, "nobody@example.com"); code(err) != chat.NotFound {
			t.Errorf("for nobody: %v", err)
		}
	})
}

func TestWelcome_slowsGuessesDown(t *testing.T) {
	t.Parallel()
	b := one(t, Settings{})
	var throttled *ThrottledError
	for range 30 {
		if _, _, err := b.Welcome(t.Context(), "a guess", home); code(err) != chat.NotFound {
			t.Fatalf("a guess: %v", err)
		}
	}
	if _, err := b.Accept(t.Context(), "a guess", password, home); !errors.As(err, &throttled) {
		t.Errorf("the next guess: %v", err)
	}
}

func TestAlter_keepsAnAdministrator(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx, by := t.Context(), b.admin(t)
		if _, err := b.Invite(ctx, by, NewUser{Email: "later@example.com", Name: "Later", Role: Admin}); err != nil {
			t.Fatal(err)
		}
		for name, try := range map[string]func() error{
			"disabled": func() error { _, err := b.Disable(ctx, by, by.ID); return err },
			"demoted":  func() error { _, err := b.Rename(ctx, by, "", by.ID, "Ada", Agent); return err },
			"enrolled as an agent": func() error {
				_, err := b.Enroll(ctx, NewUser{Email: boss, Name: "Ada", Role: Agent, Password: password})
				return err
			},
		} {
			if err := try(); code(err) != chat.Conflict || !strings.Contains(err.Error(), "last administrator") {
				t.Errorf("%s: %v", name, err)
			}
		}
		// Of two who are disabled at the same time by each other, one remains.
		second, err := b.Enroll(ctx, NewUser{Email: "second@example.com", Name: "Second", Role: Admin, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		var failed atomic.Int32
		var all sync.WaitGroup
		for _, id := range []string{by.ID, second.ID} {
			all.Go(func() {
				if _, err := b.Disable(ctx, by, id); err != nil {
					failed.Add(1)
				}
			})
		}
		all.Wait()
		if failed.Load() != 1 {
			t.Errorf("%d of 2 were refused", failed.Load())
		}
	})
}

func TestAlter_respectsRank(t *testing.T) {
	t.Parallel()
	b := one(t, Settings{})
	ctx, ada, ben := t.Context(), b.admin(t), b.agent(t)
	sol := User{ID: "sol", Role: Supervisor}
	for name, try := range map[string]func() error{
		"raises himself": func() error { _, err := b.Rename(ctx, ben, "", ben.ID, "Grace", Admin); return err },
		"raises another": func() error { _, err := b.Rename(ctx, sol, "", ben.ID, "Grace", Admin); return err },
		"invites one above": func() error {
			_, err := b.Invite(ctx, sol, NewUser{Email: "x@example.com", Name: "X", Role: Admin})
			return err
		},
		"resets one above":   func() error { _, err := b.ResetLink(ctx, sol, ada.ID); return err },
		"disables one above": func() error { _, err := b.Disable(ctx, sol, ada.ID); return err },
		"demotes one above":  func() error { _, err := b.Rename(ctx, sol, "", ada.ID, "Ada", Agent); return err },
	} {
		if err := try(); code(err) != chat.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	list, err := b.Accounts(ctx)
	if err != nil || len(list) != 2 || list[0].Role != Agent || list[1].Role != Admin || list[1].State != Active {
		t.Errorf("afterwards there are %+v: %v", list, err)
	}
}

func TestRename_endsSessionsOfAnotherRole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx, by, s := t.Context(), b.admin(t), b.login(t)
		if _, err := b.Rename(ctx, by, "", s.User.ID, "Grace H.", Agent); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Resume(ctx, s.Token); err != nil || got.User.Name != "Grace H." {
			t.Errorf("after another name: %+v %v", got, err)
		}
		if _, err := b.Rename(ctx, by, "", s.User.ID, "Grace H.", Supervisor); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Resume(ctx, s.Token); !errors.Is(err, ErrNoSession) {
			t.Errorf("after another role: %v", err)
		}
	})
}

func TestDisable_takesEverythingAway(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx, by, s := t.Context(), b.admin(t), b.login(t)
		_, secret, err := b.CreateToken(ctx, s.User, NewToken{Name: "script", Scopes: []Permission{ReadConversations}})
		if err != nil {
			t.Fatal(err)
		}
		l, err := b.ResetLink(ctx, by, s.User.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Disable(ctx, by, s.User.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Accept(ctx, l.Secret, password, home); code(err) != chat.NotFound {
			t.Errorf("the link: %v", err)
		}
		if _, err := b.byToken(ctx, secret); !errors.Is(err, ErrToken) {
			t.Errorf("the token: %v", err)
		}
		if _, err := b.ResetLink(ctx, by, s.User.ID); code(err) != chat.Conflict {
			t.Errorf("another link: %v", err)
		}
		if _, err := b.Enable(ctx, by, s.User.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Resume(ctx, s.Token); !errors.Is(err, ErrNoSession) {
			t.Errorf("the session from before: %v", err)
		}
		if _, err := b.byToken(ctx, secret); err != nil {
			t.Errorf("the token, afterwards: %v", err)
		}
		b.login(t)
	})
}

func TestChangePassword_endsOtherSessions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx, s, other := t.Context(), b.login(t), b.login(t)
		for want, try := range map[string][2]config.Secret{
			"is wrong":       {"not my password", "a fresh password"},
			"choose another": {password, password},
			"too short":      {password, "short"},
		} {
			if err := b.ChangePassword(ctx, s, try[0], try[1]); code(err) != chat.Invalid || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", want, err)
			}
		}
		list, err := b.LogIns(ctx, s)
		if err != nil || len(list) != 2 || list[0].Browser != "Test/1.0" || list[0].Address != "192.0.2.1" || list[0].Current == list[1].Current {
			t.Errorf("the log-ins are %+v: %v", list, err)
		}
		if err := b.ChangePassword(ctx, s, password, "a fresh password"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Resume(ctx, s.Token); err != nil {
			t.Errorf("my own session: %v", err)
		}
		if _, err := b.Resume(ctx, other.Token); !errors.Is(err, ErrNoSession) {
			t.Errorf("the other session: %v", err)
		}
		var throttled *ThrottledError
		for range 20 {
			err = b.ChangePassword(ctx, s, "a guess at it", "a fresh password")
		}
		if !errors.As(err, &throttled) {
			t.Errorf("after many guesses: %v", err)
		}
	})
}

func TestEndLogIn_onlyMine(t *testing.T) {
	t.Parallel()
	b := one(t, Settings{})
	b.admin(t)
	theirs, err := b.Login(t.Context(), boss, password, home)
	if err != nil {
		t.Fatal(err)
	}
	s, other := b.login(t), b.login(t)
	if err := b.EndLogIn(t.Context(), s, tokenHash(theirs.Token.Reveal())[:16]); code(err) != chat.NotFound {
		t.Errorf("somebody else's: %v", err)
	}
	if err := b.EndLogIn(t.Context(), s, tokenHash(other.Token.Reveal())[:16]); err != nil {
		t.Error(err)
	}
	if _, err := b.Resume(t.Context(), other.Token); !errors.Is(err, ErrNoSession) {
		t.Errorf("mine: %v", err)
	}
}

func TestToken_neverHasMoreThanItsCreator(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx, by := t.Context(), b.admin(t)
		second, err := b.Enroll(ctx, NewUser{Email: "second@example.com", Name: "Second", Role: Admin, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		made, secret, err := b.CreateToken(ctx, second, NewToken{Name: "script", Scopes: []Permission{ManageUsers, ReadConversations, ReadReports}})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(secret.Reveal(), TokenPrefix) || !strings.HasSuffix(secret.Reveal(), made.Hint) || len(secret) < 50 {
			t.Errorf("the secret is %d bytes with the hint %s", len(secret), made.Hint)
		}
		for role, want := range map[Role][]Permission{
			Admin: {ReadConversations, ReadReports, ManageUsers}, Supervisor: {ReadConversations, ReadReports}, Agent: {ReadConversations},
		} {
			if _, err := b.Rename(ctx, by, "", second.ID, "Second", role); err != nil {
				t.Fatal(err)
			}
			s, err := b.byToken(ctx, secret)
			if err != nil {
				t.Fatal(err)
			}
			testkit.Diff(t, s, Session{User: User{ID: "token:" + made.ID, Name: "script", Role: role, Scopes: want}})
			for _, p := range append(Permissions(), InPerson) {
				if got := s.User.May(p); got != contains(want, p) {
					t.Errorf("created by a %s, it may %s: %v", role, p, got)
				}
			}
		}
	})
}

func contains(list []Permission, p Permission) bool {
	for _, q := range list {
		if p == q {
			return true
		}
	}
	return false
}

func TestCreateToken_saysWhatToMend(t *testing.T) {
	t.Parallel()
	b := one(t, Settings{})
	ben := b.agent(t)
	read := []Permission{ReadConversations}
	for want, n := range map[string]NewToken{
		"name the token":          {Scopes: read},
		"at least one permission": {Name: "x"},
		"is not a permission":     {Name: "x", Scopes: []Permission{"everything"}},
		`"known" is not`:          {Name: "x", Scopes: []Permission{Known}},
		"do not have the":         {Name: "x", Scopes: []Permission{ReadAudit}},
		"would have expired":      {Name: "x", Scopes: read, Expires: b.Now()},
	} {
		if _, _, err := b.CreateToken(t.Context(), ben, n); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	program := User{ID: "token:1", Role: Admin, Scopes: Permissions()}
	if _, _, err := b.CreateToken(t.Context(), program, NewToken{Name: "x", Scopes: read}); !errors.Is(err, ErrInPerson) {
		t.Errorf("a token makes a token: %v", err)
	}
}

func TestIdentify_tokens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx, ben := t.Context(), b.agent(t)
		session := b.login(t)
		made, secret, err := b.CreateToken(ctx, ben, NewToken{Name: "script", Scopes: []Permission{WriteConversations}, Expires: b.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		ask := func(authorization string, cookie bool) error {
			r := httptest.NewRequest(http.MethodPost, "http://desk.example.com/api/v1/conversations", nil)
			r.Header.Set("Authorization", authorization)
			if cookie {
				r = request(http.MethodPost, session)
				r.Header.Set("Authorization", authorization)
			}
			_, err := b.Identify(r)
			return err
		}
		good := "Bearer " + secret.Reveal()
		if err := errors.Join(ask(good, false), ask("bearer  "+secret.Reveal(), false)); err != nil {
			t.Errorf("a token: %v", err)
		}
		for _, bad := range []string{good + "x", good[:len(good)-1], "Bearer " + TokenPrefix, "Bearer " + TokenPrefix + strings.Repeat("x", 5000)} {
			for _, cookie := range []bool{false, true} { // a good cookie does not mend a bad token
				if err := ask(bad, cookie); !errors.Is(err, ErrToken) {
					t.Errorf("%d bytes: %v", len(bad), err)
				}
			}
		}
		list, err := b.Tokens(ctx, ben)
		if err != nil || len(list) != 1 || list[0].Used.IsZero() {
			t.Errorf("the tokens are %+v: %v", list, err)
		}
		if err := b.RevokeToken(ctx, User{ID: "another", Role: Supervisor}, made.ID); code(err) != chat.NotFound {
			t.Errorf("somebody else revokes it: %v", err)
		}
		b.clock.advance(time.Hour)
		if err := ask(good, false); !errors.Is(err, ErrToken) {
			t.Errorf("after it has expired: %v", err)
		}
		b.clock.advance(-time.Hour)
		if err := b.RevokeToken(ctx, b.admin(t), made.ID); err != nil {
			t.Fatal(err)
		}
		if err := ask(good, false); !errors.Is(err, ErrToken) {
			t.Errorf("after it was revoked: %v", err)
		}
	})
}

// Nothing of a link or token is stored or logged as it was given out.
func TestSecrets_areNotStored(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		ctx := t.Context()
		l, err := b.Invite(ctx, Console, NewUser{Email: "new@example.com", Name: "New", Role: Agent})
		if err != nil {
			t.Fatal(err)
		}
		_, secret, err := b.CreateToken(ctx, b.agent(t), NewToken{Name: "script", Scopes: []Permission{ReadConversations}})
		if err != nil {
			t.Fatal(err)
		}
		for _, query := range []string{"SELECT hash FROM links", "SELECT hash FROM api_tokens"} {
			var stored string
			if err := b.store.Read.QueryRowContext(ctx, query).Scan(&stored); err != nil {
				t.Fatal(err)
			}
			if len(stored) != 64 || stored == l.Secret.Reveal() || strings.Contains(secret.Reveal(), stored) {
				t.Errorf("%s gives %q", query, stored)
			}
		}
		if err := b.store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Prune(ctx, store.Retention{}, b.clock.now()+1e12, 100)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := b.store.Read.QueryRowContext(ctx, "SELECT COUNT(*) FROM links").Scan(&left); err != nil || left != 0 {
			t.Errorf("%d links are left long after they have expired: %v", left, err)
		}
	})
}
