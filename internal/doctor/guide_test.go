package doctor_test

import (
	"encoding/json"
	"strings"
	"testing"

	"parley/internal/config"
	"parley/internal/doctor"
)

func guided() config.Workspace {
	w := config.NewWorkspace("shop")
	w.Routes = []config.Route{config.NewRoute("support", "the-support-secret"), config.NewRoute("returns", "the-returns-secret")}
	w.Routes[1].Specific, w.Routes[1].SigningKey = true, "the-signing-key-itself"
	w.Layouts.Text.CampaignID = "00000000-0000-4000-8000-000000000002"
	w.Layouts.QuickReply.CampaignID = "00000000-0000-4000-8000-000000000004"
	w.Layouts.List.CanvasID, w.Layouts.Image.Message.AppID = "00000000-0000-4000-8000-000000000009", "app"
	w.Layouts.CTA.CampaignID = "00000000-0000-4000-8000-000000000010"
	return w
}

func TestGuide_saysWhatToPasteForEverythingThatIsConfigured(t *testing.T) {
	t.Parallel()
	sheets := doctor.Guide(guided(), "https://chat.example.com/", false)
	text, err := json.Marshal(sheets)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, s := range sheets {
		for _, f := range s.Fields {
			values = append(values, f.Value.EN)
			if f.Name.EN == "" || f.Name.FR == "" || f.Value.FR == "" || (f.Why.EN == "") != (f.Why.FR == "") {
				t.Errorf("%s: %+v is not said in both languages", s.Title.EN, f)
			}
		}
	}
	all := strings.Join(values, "\n")
	for _, want := range []string{
		"https://chat.example.com/braze/inbound/support", "https://chat.example.com/braze/inbound/returns", "campaigns.trigger.send",
		"{{api_trigger_properties.${external_system_msg_body}}}", "{{api_trigger_properties.${button_3}}}",
		"{{context.${row_10_description}}}", "{{api_trigger_properties.${button_url}}}", "messages.send", "canvas.trigger.send", "| json_escape", "(?i)word(?-i)", "hmac_sha256_hex", "API-Triggered Delivery",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is not said", want)
		}
	}
	for _, secret := range []string{"the-support-secret", "the-returns-secret", "the-signing-key-itself"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("%s is shown unasked", secret)
		}
	}
}

func TestGuide_revealsSecretsWhenAsked(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(doctor.Guide(guided(), "", true))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Bearer the-support-secret", "Bearer the-returns-secret", "the-signing-key-itself"} {
		if !strings.Contains(string(text), secret) {
			t.Errorf("%s is missing", secret)
		}
	}
}
