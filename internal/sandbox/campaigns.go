package sandbox

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/sandbox/campaign"
	"parley/internal/sandbox/wire"
)

const campaignsPerPage = 100

// listCampaigns answers /campaigns/list.
func (s *Server) listCampaigns(c *wire.Call) wire.Reply {
	q := c.Query
	page, err := strconv.Atoi(q.Get("page"))
	if q.Get("page") != "" && (err != nil || page < 0) {
		return wire.Bad("page must be a whole number from 0")
	}
	type line struct {
		ID            string   `json:"id"`
		Name          string   `json:"name"`
		IsAPICampaign bool     `json:"is_api_campaign"`
		Tags          []string `json:"tags"`
	}
	all := []line{}
	s.mu.RLock()
	for _, id := range s.order {
		d := s.campaigns[id].Definition
		if d.Type == campaign.Canvas || (d.Status == campaign.Archived && q.Get("include_archived") != "true") {
			continue
		}
		all = append(all, line{d.ID, d.Name, d.Type == campaign.API, append([]string{}, d.Tags...)})
	}
	s.mu.RUnlock()
	if q.Get("sort_direction") == "desc" {
		slices.Reverse(all)
	}
	from := min(page*campaignsPerPage, len(all))
	return wire.Answer(http.StatusOK, map[string]any{"message": "success", "campaigns": all[from:min(from+campaignsPerPage, len(all))]})
}

// campaignDetails answers /campaigns/details.
func (s *Server) campaignDetails(c *wire.Call) wire.Reply {
	id := c.Query.Get("campaign_id")
	camp := s.campaign(id)
	if camp == nil || camp.Type == campaign.Canvas {
		return wire.Bad("Invalid Campaign ID: Campaign does not exist: %s", id)
	}
	channel, schedule := "whats_app", "api_triggered"
	if camp.Type == campaign.Webhook {
		channel = "webhook"
	}
	if camp.Type == campaign.Webhook || camp.Delivery == campaign.ActionBased {
		schedule = "action_based"
	}
	variation := camp.VariationID
	if variation == "" {
		variation = variationOf(camp.ID)
	}
	detail := map[string]any{"channel": channel, "name": "Variant 1"}
	if m := camp.WhatsApp; m != nil {
		detail["layout"] = m.Layout
	}
	body := map[string]any{
		"message": "success", "name": camp.Name, "description": "", "archived": camp.Status == campaign.Archived,
		"draft": camp.Status == campaign.Draft, "enabled": camp.Status == campaign.Active, "schedule_type": schedule,
		"channels": []string{channel}, "tags": append([]string{}, camp.Tags...),
		"messages": map[string]any{variation: detail}, "conversion_behaviors": []any{},
	}
	s.flow.Lock()
	span, ok := s.lastSent[id]
	s.flow.Unlock()
	if ok {
		body["first_sent"], body["last_sent"] = span.first.UTC().Format(time.RFC3339), span.last.UTC().Format(time.RFC3339)
	}
	return wire.Answer(http.StatusOK, body)
}

// canvasDetails answers /canvas/details.
func (s *Server) canvasDetails(c *wire.Call) wire.Reply {
	id := c.Query.Get("canvas_id")
	canvas := s.campaign(id)
	if canvas == nil || canvas.Type != campaign.Canvas {
		return wire.Bad("Invalid Canvas ID: Canvas does not exist: %s", id)
	}
	schedule := "api_triggered"
	if canvas.Delivery == campaign.ActionBased {
		schedule = "action_based"
	}
	return wire.Answer(http.StatusOK, map[string]any{
		"message": "success", "name": canvas.Name, "description": "", "archived": canvas.Status == campaign.Archived,
		"draft": canvas.Status == campaign.Draft, "enabled": canvas.Status == campaign.Active, "schedule_type": schedule,
		"channels": []string{"whats_app"}, "tags": append([]string{}, canvas.Tags...), "variants": []any{}, "steps": []any{},
	})
}

// variationOf is the id of the only variation of a campaign that names none.
func variationOf(id string) string { return "variation-" + id }

var sendIDForm = regexp.MustCompile(`^[\x21-\x7e]{1,64}$`)

// createSendID answers /sends/id/create.
func (s *Server) createSendID(c *wire.Call) wire.Reply {
	var q struct {
		CampaignID string `json:"campaign_id"`
		SendID     string `json:"send_id"`
	}
	if err := c.Decode(&q); err != nil {
		return wire.Bad("%s", err)
	}
	if s.campaign(q.CampaignID) == nil {
		return wire.Bad("Invalid Campaign ID: Campaign does not exist: %s", q.CampaignID)
	}
	if q.SendID == "" {
		q.SendID = wire.Hex(12)
	}
	if !sendIDForm.MatchString(q.SendID) {
		return wire.Bad("send_id must be ASCII and at most 64 characters")
	}
	s.mu.Lock()
	s.sendIDs[q.SendID] = q.CampaignID
	s.mu.Unlock()
	return wire.Answer(http.StatusCreated, map[string]string{"message": "success", "send_id": q.SendID})
}

// checkSendID says what is wrong with a send_id: it must have been made for the campaign.
func (s *Server) checkSendID(id, campaignID string) string {
	s.mu.RLock()
	of, ok := s.sendIDs[strings.TrimSpace(id)]
	s.mu.RUnlock()
	switch {
	case !ok:
		return "send_id does not exist: make it with /sends/id/create"
	case of != campaignID:
		return "send_id belongs to another campaign"
	}
	return ""
}
