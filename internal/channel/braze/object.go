package braze

import (
	"context"
	"fmt"
)

const messagesSendPath = "/messages/send"

// The kinds of WhatsApp object that need no approval (Braze docs, "WhatsApp object").
const (
	ObjectQuickReply = "quick_reply_response_message"
	ObjectList       = "list_response_message"
	ObjectImage      = "text_image_response_message"
)

// ObjectSend is a call of POST /messages/send: one WhatsApp message, whole in the call, to people who are known
// by external id. It has neither recipients nor attributes, so it can neither address others nor subscribe anybody.
type ObjectSend struct {
	CampaignID      string // an API campaign, which only counts the sends; empty for none
	VariationID     string // needed with CampaignID
	AppID           string // required by Braze
	Group           string // subscription group, which is the sending number
	Kind            string // one of the Object constants
	Message         ObjectMessage
	ExternalUserIDs []string // 1 to 50, each once
}

// ObjectMessage is the message of an [ObjectSend]; which fields count depends on its kind.
type ObjectMessage struct {
	Body     string         `json:"body,omitempty"`
	ImageURI string         `json:"image_uri,omitempty"`
	Caption  string         `json:"caption,omitempty"`
	Buttons  []ObjectButton `json:"buttons,omitempty"`
	List     *ObjectRows    `json:"list,omitempty"`
}

// ObjectButton is a quick reply.
type ObjectButton struct {
	Text string `json:"text"`
}

// ObjectRows is the list of a list message.
type ObjectRows struct {
	Button   string          `json:"list_button_text"`
	Sections []ObjectSection `json:"list_sections"`
}

// ObjectSection is a titled part of a list.
type ObjectSection struct {
	Title string      `json:"section_title"`
	Rows  []ObjectRow `json:"list_rows"`
}

// ObjectRow is one choice of a list.
type ObjectRow struct {
	Title       string `json:"row_title"`
	Description string `json:"row_description,omitempty"`
}

func (o *ObjectSend) check() error {
	switch n := len(o.ExternalUserIDs); {
	case blank(o.AppID):
		return invalid("app_id is empty; Braze asks for it in every WhatsApp object")
	case blank(o.Group):
		return invalid("subscription_group_id is empty; it names the sending number")
	case o.CampaignID != "" && blank(o.VariationID):
		return invalid("message_variation_id is empty; Braze asks for it with campaign_id")
	case n == 0:
		return invalid("there are no recipients")
	case n > MaxRecipients:
		return invalid(fmt.Sprintf("there are %d recipients; Braze takes at most %d in one call", n, MaxRecipients))
	}
	seen := map[string]bool{}
	for i, id := range o.ExternalUserIDs {
		if blank(id) || seen[id] {
			return invalid(fmt.Sprintf("recipient %d is blank or named twice", i))
		}
		seen[id] = true
	}
	return nil
}

// body is the call's JSON; with hide, as an [Exchange] may show it.
func (o *ObjectSend) body(hide bool) ([]byte, error) {
	ids, message := o.ExternalUserIDs, any(o.Message)
	if hide {
		ids, message = make([]string, len(o.ExternalUserIDs)), redactValue(o.Message)
		for i, id := range o.ExternalUserIDs {
			ids[i] = tail(id)
		}
	}
	object := map[string]any{"app_id": o.AppID, "subscription_group_id": o.Group, "message_type": o.Kind, "message": message}
	call := map[string]any{"external_user_ids": ids, "messages": map[string]any{"whats_app": object}}
	if o.CampaignID != "" {
		call["campaign_id"], object["message_variation_id"] = o.CampaignID, o.VariationID
	}
	return marshal(call)
}

// ObjectSend asks Braze to send a message that the call itself holds. Errors are as [Client.TriggerSend]'s.
func (c *Client) ObjectSend(ctx context.Context, call ObjectSend) (Result, Exchange, error) {
	if err := call.check(); err != nil {
		return Result{}, Exchange{}, err
	}
	body, err := call.body(false)
	if err != nil {
		return Result{}, Exchange{}, invalid("the message cannot be written as JSON: " + err.Error())
	}
	shown, err := call.body(true)
	if err != nil {
		shown = nil
	}
	return c.deliver(ctx, messagesSendPath, body, shown, func() []string { return call.ExternalUserIDs })
}
