package notice

import (
	"strings"
	"testing"

	"parley/internal/sandbox/webhook"
	"parley/internal/sandbox/whatsapp"
)

func TestNotices_areCompleteInBothLanguages(t *testing.T) {
	t.Parallel()
	detail := whatsapp.Bilingual{EN: "english detail", FR: "détail français"}
	check := func(kind string, text whatsapp.Bilingual) {
		t.Helper()
		for language, s := range map[string]string{"en": text.EN, "fr": text.FR} {
			if s == "" || !strings.HasSuffix(s, ".") || strings.Contains(s, "!") || strings.Contains(s, "()") {
				t.Errorf("%s in %s: %q", kind, language, s)
			}
		}
		if text.EN == text.FR || strings.Contains(text.FR, detail.EN) || strings.Contains(text.EN, detail.FR) {
			t.Errorf("%s mixes its languages: %+v", kind, text)
		}
	}
	for _, kind := range []string{
		"not_subscribed", "not_re_eligible", "inactive", "window_closed", "pair_limit", "throughput", "too_long", "invalid", "blank",
		"blocked", "failed", "aborted", "dropped", "no_campaign",
	} {
		check(kind, Message(kind, "Ada", detail))
		check(kind+" without detail", Message(kind, "Ada", whatsapp.Bilingual{}))
		if kind != "aborted" && kind != "dropped" && Doc(kind) == "" {
			t.Errorf("%s names no document", kind)
		}
	}
	for _, kind := range []string{webhook.Retrying, webhook.Failed, webhook.GivenUp, webhook.HostUnhealthy} {
		check(kind, Webhook(kind, "503", "Ada"))
	}
	check("no answer", Webhook(webhook.Retrying, "599", "Ada"))
	if text := Message("delivered", "Ada", detail); text != (whatsapp.Bilingual{}) {
		t.Errorf("a person is told of a delivery: %+v", text)
	}
}
