package hooks

import (
	"net/netip"
	"testing"
	"time"
)

func TestPublic_knowsTheInternet(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"8.8.8.8": true, "93.184.216.34": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true, "64:ff9b::808:808": true, "2002:808:808::1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "255.255.255.255": false, "224.0.0.1": false, "198.18.0.1": false, "240.0.0.1": false, "::": false, "::1": false,
		"fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fec0::1": false, "ff02::1": false, "2001:db8::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b::a9fe:a9fe": false, "2002:7f00:1::": false, "2002:a00:1::": false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestBackoff_growsToMostOfADay(t *testing.T) {
	t.Parallel()
	var total, latest time.Duration
	for n := 1; n <= len(waits); n++ {
		low, high := backoff(n, 0), backoff(n, 1)
		if low <= 0 || high != low+low/5 || low < total/2 {
			t.Errorf("wait %d is %s to %s", n, low, high)
		}
		total, latest = total+low, latest+high
	}
	if total < 20*time.Hour || latest > 27*time.Hour {
		t.Errorf("gives up after %s to %s", total, latest)
	}
}

func TestDelay_readsBothForms(t *testing.T) {
	t.Parallel()
	const now = 1_700_000_000_000
	for text, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-5": 0, "7": 7 * time.Second, "9999999999": 24 * time.Hour,
		"Tue, 14 Nov 2023 22:14:20 GMT": time.Minute, "Tue, 14 Nov 2023 22:00:00 GMT": 0,
	} {
		if got := delay(text, now); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
