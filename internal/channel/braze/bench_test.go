package braze

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkDecodeInbound(b *testing.B) {
	bodies := []struct{ name, body string }{
		{"recommended", recommendedBody(`Hello, where is my \"order\"?\nThanks`, "")},
		{"page", pageBody("u1", "+15550000001", "Hello, where is my order?")},
		{"repaired", pageBody("u1", "+15550000001", "Hello, where is my \"order\"?\nThanks")},
	}
	for _, bb := range bodies {
		b.Run(bb.name, func(b *testing.B) {
			body := []byte(bb.body)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := DecodeInbound("application/json", body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDecodeInbound_hostile shows the time that a megabyte made to cost time takes.
func BenchmarkDecodeInbound_hostile(b *testing.B) {
	fill := func(s string) string { return strings.Repeat(s, (MaxInboundBody-300)/len(s)) }
	words := map[string]string{
		"quotes":      fill(`"`),
		"backslashes": fill(`\`),
		"fields":      fill(`","user_id":"`),
		"new fields":  fill(`","language":"`),
		"arrays":      fill(`","media_urls":[`),
		"objects":     fill(`","flow_response":{"a":"b`),
		"nested":      fill(`{"a":"b","flow_response":`) + `{}`,
		"escaped":     fill(`\",\"user_id\":\"`),
		"half":        fill(`\","user_id":"`),
		"brackets":    `","media_urls":"` + fill(`[`),
		"urls":        `","media_urls":"` + fill(`http://a,`) + `","dispatch_id":"` + hex32,
		"ends":        fill(`",`),
		"names":       `","first_name":"` + fill(`", "`),
	}
	for name, w := range words {
		for _, shape := range []webhook{documented[0], documented[2], others[0], others[9]} {
			shape.open, shape.sep, shape.colon, shape.end = "{", ",", ":", "}"
			body := []byte(shape.render(w))
			b.Run(fmt.Sprintf("%s/%s", name, shape.name), func(b *testing.B) {
				for b.Loop() {
					_, _ = DecodeInbound("application/json", body) // refusing is fine, being slow is not
				}
			})
		}
	}
}

func BenchmarkTriggerSend_encode(b *testing.B) {
	call := TriggerSend{CampaignID: uuid36, Recipients: make([]Recipient, MaxRecipients)}
	for i := range call.Recipients {
		call.Recipients[i] = Recipient{
			ExternalUserID:    fmt.Sprintf("customer-%04d", i),
			TriggerProperties: map[string]any{"external_system_msg_body": "Your order left our store this morning and arrives before the evening."},
		}
	}
	b.Run("body", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := call.check(); err != nil {
				b.Fatal(err)
			}
			if _, err := call.encode(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("redacted", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			call.redacted()
		}
	})
}
