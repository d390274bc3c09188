package sign_test

import (
	"net/http"
	"strings"
	"testing"

	"parley/internal/sign"
)

// The example of the specification ("Signature scheme"): whoever follows it gets the same.
func TestSet_isTheSpecificationsExample(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	err := sign.Set(h, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330_999, `{"test": 2432232314}`, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	if got := h.Get("webhook-signature"); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" || h.Get("webhook-timestamp") != "1614265330" {
		t.Errorf("signed %q at %s", got, h.Get("webhook-timestamp"))
	}
}

func TestSet_signsUnderEverySecret(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	if err := sign.Set(h, "id", 1000, "{}", sign.NewSecret(), sign.NewSecret()); err != nil {
		t.Fatal(err)
	}
	parts := strings.Fields(h.Get("Webhook-Signature"))
	if len(parts) != 2 || parts[0] == parts[1] || !strings.HasPrefix(parts[1], "v1,") {
		t.Errorf("signatures %q", parts)
	}
	if err := sign.Set(h, "id", 1000, "{}", "whsec_%%%"); err == nil {
		t.Error("a damaged secret signs")
	}
}

func TestCheck_namesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]string{
		sign.NewSecret():                          "",
		"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw":        "does not begin with whsec_",
		"whsec_not base64 at all":                 "base64",
		"whsec_c2hvcnQ=":                          "key of 5 bytes",
		"whsec_" + strings.Repeat("MfKQ9r8G", 11): "key of 66 bytes",
	} {
		err := sign.Check(secret)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Error("the problem repeats the secret")
		}
	}
}
