package config

import (
	"os"
	"strings"
	"testing"
)

func TestLoad_layoutsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	full, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const id = "11111111-2222-4333-8444-cccccccccccc"
	for _, c := range []struct{ name, line, want string }{
		{"two carriers", "video: {campaign_id: " + id + ", canvas_id: 11111111-2222-4333-8444-dddddddddddd}", "layouts.video: names several of campaign_id, canvas_id and message.app_id"},
		{"a shared campaign", "video: {campaign_id: 11111111-2222-4333-8444-555555555555}", "layouts.video.campaign_id: is the campaign of the text layout"},
		{"a shared Canvas", "video: {canvas_id: 11111111-2222-4333-8444-aaaaaaaaaaaa}", "layouts.video.canvas_id: is the campaign of the image layout"},
		{"too long a caption", "video: {campaign_id: " + id + ", max_runes: 1025}", "layouts.video.max_runes: 1025 is out of range; set 20 to 1024"},
		{"a property twice", "document: {campaign_id: " + id + ", url: external_system_msg_body}", "layouts.document.url: \"external_system_msg_body\" is already used"},
		{"no message object for files", "audio: {message: {app_id: app}}", "layouts.audio.message"},
		{"not an id", "audio: {canvas_id: My Canvas}", "layouts.audio.canvas_id: \"My Canvas\" is not a campaign id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(string(full), "      cta: {", "      "+c.line+"\n      cta: {", 1)
			_, err := Load("parley.yaml", lookup(nil), files(map[string]string{"parley.yaml": text}))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Load says %v", err)
			}
		})
	}
	for _, c := range []struct{ old, now, want string }{
		{", variation_id: variation", "", "layouts.list.message.variation_id: is missing"},
		{"app_id: shop-app, ", "", "layouts.list.message.app_id: is missing"},
		{"descriptions: [d1, d2]", "descriptions: [d1]", "layouts.list.descriptions: has 1 names for 2 rows"},
		{"rows: [r1, r2]", "rows: []", "layouts.list.rows: has 0 names"},
		{"subscription_group: 7d1f0f2e-6e0f-4a53-9d2b-3c1f7a0f4b11", "subscription_group: \"\"", "layouts.list.message: needs the workspace's subscription_group"},
	} {
		_, err := Load("parley.yaml", lookup(nil), files(map[string]string{"parley.yaml": strings.Replace(string(full), c.old, c.now, 1)}))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("with %q for %q Load says %v", c.now, c.old, err)
		}
	}
}
