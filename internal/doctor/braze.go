package doctor

import (
	"context"
	"slices"
	"time"

	"parley/internal/channel/braze"
	"parley/internal/config"
)

// reply is one campaign that carries answers.
type reply struct{ layout, id string }

// replies are the campaigns that carry answers. A Canvas and a message in the call have none.
func replies(w config.Workspace) []reply {
	l := w.Layouts
	var out []reply
	for _, r := range []reply{
		{"text", l.Text.CampaignID},
		{"quick_reply", l.QuickReply.CampaignID},
		{"template", l.Template.CampaignID},
		{"notice", l.Notice.CampaignID},
		{"list", l.List.CampaignID},
		{"image", l.Image.CampaignID},
		{"video", l.Video.CampaignID},
		{"audio", l.Audio.CampaignID},
		{"document", l.Document.CampaignID},
		{"cta", l.CTA.CampaignID},
	} {
		if r.id != "" {
			out = append(out, r)
		}
	}
	return out
}

// braze asks Braze about the key and every campaign. A key that is refused, or an
// endpoint that does not answer, ends it: the rest would say the same again.
func (e *examination) braze(ctx context.Context, w config.Workspace) {
	client, err := braze.New(braze.Config{
		Endpoint: w.Braze.Endpoint, APIKey: w.Braze.APIKey.Reveal(), Timeout: w.Braze.Timeout, Transport: e.HTTP, Now: e.Now,
	})
	if err != nil {
		e.fail("endpoint", w.ID, endpointWrong(err.Error()))
		return
	}
	campaigns := replies(w)
	begun := e.Now()
	probe := "00000000-0000-0000-0000-000000000000" // any id tells whether the key may ask
	if len(campaigns) > 0 {
		probe = campaigns[0].id
	}
	sight, err := client.MayTrigger(ctx, probe)
	took := e.Now().Sub(begun)
	if failed := braze.AsError(err); failed != nil && failed.Code != "invalid_campaign" {
		e.refused(w, failed)
		if failed.Kind != braze.KindForbidden || failed.Code != "" {
			return
		}
	} else {
		e.ok("endpoint", w.ID, endpointAnswers(took))
		e.ok("permission", w.ID, mayTrigger())
	}
	e.clock(w, sight)
	e.rate(w, sight)
	for _, c := range campaigns {
		if !e.campaign(ctx, client, w, c) {
			return
		}
	}
}

// refused explains why Braze did not take the question whether the key may send.
func (e *examination) refused(w config.Workspace, err *braze.Error) {
	if err.Code == "ip_not_allowed" {
		e.fail("address", w.ID, addressNotAllowed())
		return
	}
	switch err.Kind {
	case braze.KindUnauthorized:
		e.fail("key", w.ID, keyUnknown(w.Braze.Endpoint))
	case braze.KindForbidden:
		e.fail("permission", w.ID, permissionMissing())
	case braze.KindNotFound, braze.KindUnexpected:
		e.fail("endpoint", w.ID, endpointForeign(w.Braze.Endpoint))
	case braze.KindRateLimited:
		e.fail("rate", w.ID, rateSpent(err.RetryAfter()))
	case braze.KindServer:
		e.fail("endpoint", w.ID, endpointTroubled(err.Status))
	default:
		e.fail("endpoint", w.ID, endpointUnreachable(w.Braze.Endpoint, err.Message))
	}
}

// maxSkew is how far clocks may differ before times in reports and windows mislead.
const maxSkew = 30 * time.Second

func (e *examination) clock(w config.Workspace, s braze.Sight) {
	switch {
	case !s.Dated:
	case s.Skew.Abs() > maxSkew:
		e.warn("clock", w.ID, clockOff(s.Skew))
	default:
		e.ok("clock", w.ID, clockRight())
	}
}

func (e *examination) rate(w config.Workspace, s braze.Sight) {
	if !s.Rate.Known {
		return
	}
	if s.Rate.Remaining*10 < s.Rate.Limit {
		e.warn("rate", w.ID, rateLow(s.Rate))
		return
	}
	e.ok("rate", w.ID, rateFine(s.Rate))
}

// campaign checks one reply campaign; false means that no other need be asked about.
func (e *examination) campaign(ctx context.Context, client *braze.Client, w config.Workspace, c reply) bool {
	subject := w.ID + "/" + c.layout
	details, _, err := client.Campaign(ctx, c.id)
	if failed := braze.AsError(err); failed != nil {
		switch {
		case failed.Kind == braze.KindForbidden:
			e.note("campaign_unseen", w.ID, campaignUnseen())
			return false
		case failed.Kind == braze.KindInvalid || failed.Kind == braze.KindNotFound:
			e.fail("campaign_missing", subject, campaignMissing(c.id))
		default:
			e.warn("campaign_unseen", subject, campaignUnread(failed.Message))
		}
		return true
	}
	before := e.worst(func(e *examination) { e.judge(subject, c, details) })
	if before == OK {
		e.ok("campaign", subject, campaignFine(details.Name))
	}
	return true
}

// worst runs checks and says how bad the worst of their findings was.
func (e *examination) worst(checks func(*examination)) Level {
	level := OK
	order := []Level{OK, Note, Warn, Fail}
	checks(&examination{Patient: e.Patient, tell: func(f Finding) {
		if slices.Index(order, f.Level) > slices.Index(order, level) {
			level = f.Level
		}
		e.tell(f)
	}})
	return level
}

func (e *examination) judge(subject string, c reply, d braze.Campaign) {
	switch {
	case d.Archived:
		e.fail("campaign_archived", subject, campaignArchived(d.Name))
	case d.Draft:
		e.fail("campaign_draft", subject, campaignDraft(d.Name))
	case d.Enabled != nil && !*d.Enabled:
		e.fail("campaign_stopped", subject, campaignStopped(d.Name))
	}
	if len(d.Channels) > 0 && !slices.Contains(d.Channels, braze.ChannelWhatsApp) {
		if slices.Contains(d.Channels, braze.ChannelWebhook) {
			e.fail("campaign_is_webhook", subject, campaignIsWebhook(d.Name))
			return
		}
		e.fail("campaign_channel", subject, campaignChannel(d.Name, d.Channels[0]))
	}
	if d.ScheduleType != "" && d.ScheduleType != braze.ScheduleAPITriggered {
		e.fail("campaign_schedule", subject, campaignSchedule(d.Name, d.ScheduleType))
	}
}
