package auth

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestThrottle_limitsFailuresAndRecovers(t *testing.T) {
	t.Parallel()
	throttle, now := newThrottle(time.Minute, 3), time.UnixMilli(1_700_000_000_000)
	for range 3 {
		if _, wait := throttle.take("a", now); wait != 0 {
			t.Fatalf("waits %v within the burst", wait)
		}
	}
	if _, wait := throttle.take("a", now); wait != time.Minute {
		t.Errorf("waits %v after the burst", wait)
	}
	if _, wait := throttle.take("a", now.Add(20*time.Second)); wait != 40*time.Second {
		t.Errorf("waits %v after 20 s", wait)
	}
	if _, wait := throttle.take("b", now); wait != 0 {
		t.Error("another key is limited as well")
	}
	if _, wait := throttle.take("a", now.Add(time.Minute)); wait != 0 {
		t.Errorf("waits %v after a minute", wait)
	}
}

func TestThrottle_successCostsNothing(t *testing.T) {
	t.Parallel()
	throttle, now := newThrottle(time.Hour, 3), time.UnixMilli(1_700_000_000_000)
	for i := range 100 {
		giveBack, wait := throttle.take("a", now)
		if wait != 0 {
			t.Fatalf("try %d waits %v", i, wait)
		}
		now = now.Add(50 * time.Millisecond) // hashing takes its time
		giveBack()
	}
	for range 3 {
		if _, wait := throttle.take("a", now); wait != 0 {
			t.Fatalf("waits %v although nothing failed", wait)
		}
	}
	if _, wait := throttle.take("a", now); wait == 0 {
		t.Error("successes have added tokens")
	}
}

func TestThrottle_countsTriesAtTheSameTime(t *testing.T) {
	t.Parallel()
	throttle, now := newThrottle(time.Hour, 5), time.UnixMilli(1_700_000_000_000)
	var (
		passed  atomic.Int32
		running sync.WaitGroup
	)
	for range 100 {
		running.Go(func() {
			if _, wait := throttle.take("a", now); wait == 0 {
				passed.Add(1)
			}
		})
	}
	running.Wait()
	if passed.Load() != 5 {
		t.Errorf("%d of 100 passed, want 5", passed.Load())
	}
}

func TestThrottle_forgetsTheOldestKey(t *testing.T) {
	t.Parallel()
	throttle, now := newThrottle(time.Hour, 1), time.UnixMilli(1_700_000_000_000)
	throttle.take("first", now)
	throttle.take("second", now)
	for i := range maxKeys - 1 {
		throttle.take("first", now) // stays in use
		throttle.take(fmt.Sprint(i), now)
	}
	if len(throttle.keys) != maxKeys || throttle.order.Len() != maxKeys {
		t.Errorf("remembers %d keys", len(throttle.keys))
	}
	if _, wait := throttle.take("first", now); wait == 0 {
		t.Error("the key in use was forgotten")
	}
	if _, wait := throttle.take("second", now); wait != 0 {
		t.Error("the idle key was kept")
	}
}

func TestLogin_throttlesAccountsAndAddresses(t *testing.T) {
	t.Parallel()
	b := one(t, Settings{})
	address := func(i int) Client { return Client{Address: netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})} }

	for i := range 10 { // one account, from everywhere
		if _, err := b.Login(t.Context(), "victim@example.com", "a guess at it", address(i)); !errors.Is(err, ErrCredentials) {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	var throttled *ThrottledError
	if _, err := b.Login(t.Context(), "Victim@example.com", "a guess at it", address(99)); !errors.As(err, &throttled) || throttled.Seconds() != 60 || Status(err) != 429 {
		t.Errorf("eleventh guess: %v", err)
	}
	if _, err := b.Login(t.Context(), email, password, address(99)); err != nil {
		t.Errorf("another account: %v", err)
	}

	for i := range 30 { // one address, for every account
		if _, err := b.Login(t.Context(), fmt.Sprintf("user%d@example.com", i), "a guess at it", home); !errors.Is(err, ErrCredentials) {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	if _, err := b.Login(t.Context(), email, password, home); !errors.As(err, &throttled) || throttled.Seconds() != 5 {
		t.Errorf("from the guessing address: %v", err)
	}
	b.clock.advance(5 * time.Second)
	b.login(t)
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := network(netip.MustParseAddr(in)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if network(netip.Addr{}) == "" {
		t.Error("clients without an address have no key")
	}
}
