package config

// A setting tagged "instead" stands in place of the one named there, so the sample shows that one only.

// Layouts maps the kinds of WhatsApp message to what carries them in Braze.
type Layouts struct {
	Text       TextLayout       `yaml:"text" doc:"Plain text."`
	Template   TemplateLayout   `yaml:"template" doc:"The template that opens a conversation again after WhatsApp's 24-hour window has closed. Optional: without a campaign, nothing can be sent then."`
	Notice     NoticeLayout     `yaml:"notice" doc:"The template that tells a customer, after the window has closed, that an answer waits for them. Optional; used with window.hold."`
	QuickReply QuickReplyLayout `yaml:"quick_reply" doc:"Text with up to three buttons. Optional: without it, choices are a list or written as numbered text."`
	List       ListLayout       `yaml:"list" doc:"Text with a list of up to ten choices that opens from a button. Optional: without it, choices that do not fit on buttons are written as numbered text."`
	Image      ImageLayout      `yaml:"image" doc:"A picture with a caption. Optional: without it, the text goes out with a link to the picture."`
	Video      FileLayout       `yaml:"video" doc:"A video with a caption. Optional, as image. Braze has no message object for it: name a campaign or a Canvas."`
	Audio      FileLayout       `yaml:"audio" doc:"A sound, sent after its text, because WhatsApp shows no caption with it. Optional, as video."`
	Document   FileLayout       `yaml:"document" doc:"A file with a caption. Optional, as video."`
	CTA        CTALayout        `yaml:"cta" doc:"Text with a button that opens a web page. Optional, as video: without it, the text goes out with the link below it."`
}

// Object is the choice of /messages/send, in which the call holds the whole message and no campaign is composed.
type Object struct {
	AppID       string `yaml:"app_id" instead:"the layout's campaign_id" doc:"Identifier of the app, from Settings > APIs and Identifiers; any text where the workspace has no app. Setting it chooses /messages/send, whose permission messages.send the key then needs. Braze addresses it by external id only: other people get the layout's stand-in."`
	CampaignID  string `yaml:"campaign_id" instead:"the layout's campaign_id" doc:"Id of an API campaign, to see these sends in Braze's reports. Not an API-triggered campaign. Optional."`
	VariationID string `yaml:"variation_id" instead:"the layout's campaign_id" doc:"Message variation id of that API campaign; Braze asks for it with campaign_id."`
}

// TextLayout is a campaign whose body is one trigger property.
type TextLayout struct {
	CampaignID string `yaml:"campaign_id" example:"00000000-0000-4000-8000-000000000002" required:"true" doc:"Id of the API-triggered campaign. Re-eligibility must be on with 0 minutes, or Braze answers each customer once only."`
	CanvasID   string `yaml:"canvas_id" instead:"campaign_id" doc:"Id of an API-triggered Canvas instead of campaign_id. Its message prints context.${property}. Braze does not subscribe new senders in such a call."`
	Property   string `yaml:"property" default:"external_system_msg_body" doc:"Name of the trigger property that the campaign's body prints."`
	MaxRunes   int    `yaml:"max_runes" default:"4096" doc:"Longest text in characters; longer answers are split at the end of a sentence. WhatsApp allows 4096."`
}

// QuickReplyLayout is a body and buttons, each from a trigger property.
type QuickReplyLayout struct {
	CampaignID string   `yaml:"campaign_id" example:"00000000-0000-4000-8000-000000000003" doc:"Id of the API-triggered campaign. Of campaign_id, canvas_id and message.app_id at most one is set; none: this layout is not used."`
	CanvasID   string   `yaml:"canvas_id" instead:"campaign_id" doc:"Id of an API-triggered Canvas instead."`
	Message    Object   `yaml:"message" doc:"The message in the call instead, by /messages/send."`
	Property   string   `yaml:"property" default:"external_system_msg_body" doc:"Name of the trigger property that the campaign's body prints."`
	MaxRunes   int      `yaml:"max_runes" default:"1024" doc:"Longest text in characters. WhatsApp allows 1024 beside buttons."`
	Buttons    []string `yaml:"buttons" default:"[button_1, button_2, button_3]" doc:"Names of the trigger properties that the campaign's buttons print, in order; one to three."`
}

// ListLayout is a body and a list of rows, each from a trigger property.
type ListLayout struct {
	CampaignID   string   `yaml:"campaign_id" example:"00000000-0000-4000-8000-000000000005" doc:"Id of the API-triggered campaign. Of campaign_id, canvas_id and message.app_id at most one is set; none: this layout is not used."`
	CanvasID     string   `yaml:"canvas_id" instead:"campaign_id" doc:"Id of an API-triggered Canvas instead."`
	Message      Object   `yaml:"message" doc:"The message in the call instead, by /messages/send. Surer than a campaign, whose rows that stay blank nobody documents."`
	Property     string   `yaml:"property" default:"external_system_msg_body" doc:"Name of the trigger property that the campaign's body prints."`
	MaxRunes     int      `yaml:"max_runes" default:"4096" doc:"Longest text in characters. WhatsApp allows 4096 above a list."`
	Button       string   `yaml:"button" default:"list_button" doc:"Name of the trigger property that the button which opens the list prints."`
	Section      string   `yaml:"section" default:"section_title" doc:"Name of the trigger property that the title of the list's only section prints."`
	Rows         []string `yaml:"rows" default:"[row_1, row_2, row_3, row_4, row_5, row_6, row_7, row_8, row_9, row_10]" doc:"Names of the trigger properties that the titles of the rows print, in order; one to ten."`
	Descriptions []string `yaml:"descriptions" default:"[row_1_description, row_2_description, row_3_description, row_4_description, row_5_description, row_6_description, row_7_description, row_8_description, row_9_description, row_10_description]" doc:"Names of the trigger properties that the descriptions of the rows print, one for each of rows. Empty: rows have no description."`
}

// ImageLayout is a picture and its caption, each from a trigger property.
type ImageLayout struct {
	CampaignID string `yaml:"campaign_id" example:"00000000-0000-4000-8000-000000000007" doc:"Id of the API-triggered campaign. Of campaign_id, canvas_id and message.app_id at most one is set; none: this layout is not used."`
	CanvasID   string `yaml:"canvas_id" instead:"campaign_id" doc:"Id of an API-triggered Canvas instead."`
	Message    Object `yaml:"message" doc:"The message in the call instead, by /messages/send."`
	Property   string `yaml:"property" default:"external_system_msg_body" doc:"Name of the trigger property that the caption prints."`
	MaxRunes   int    `yaml:"max_runes" default:"1024" doc:"Longest caption in characters. WhatsApp allows 1024; a longer text goes out as text with a link."`
	URL        string `yaml:"url" default:"media_url" doc:"Name of the trigger property that holds the picture's address."`
}

// FileLayout is a file and its caption, each from a trigger property.
type FileLayout struct {
	CampaignID string `yaml:"campaign_id" instead:"canvas_id" doc:"Id of the API-triggered campaign. Of campaign_id and canvas_id at most one is set; none: this layout is not used."`
	CanvasID   string `yaml:"canvas_id" instead:"campaign_id" doc:"Id of an API-triggered Canvas instead."`
	Property   string `yaml:"property" default:"external_system_msg_body" doc:"Name of the trigger property that the caption prints. Not used for audio."`
	MaxRunes   int    `yaml:"max_runes" default:"1024" doc:"Longest caption in characters. WhatsApp allows 1024; a longer text goes out as text with a link."`
	URL        string `yaml:"url" default:"media_url" doc:"Name of the trigger property that holds the file's address."`
}

// CTALayout is a body and a button that opens a page, each from a trigger property.
type CTALayout struct {
	CampaignID string `yaml:"campaign_id" example:"00000000-0000-4000-8000-000000000010" doc:"Id of the API-triggered campaign. Of campaign_id and canvas_id at most one is set; none: this layout is not used."`
	CanvasID   string `yaml:"canvas_id" instead:"campaign_id" doc:"Id of an API-triggered Canvas instead."`
	Property   string `yaml:"property" default:"external_system_msg_body" doc:"Name of the trigger property that the body prints."`
	MaxRunes   int    `yaml:"max_runes" default:"1024" doc:"Longest text in characters. WhatsApp allows 1024 beside a button."`
	Label      string `yaml:"label" default:"button_text" doc:"Name of the trigger property that the button's text prints."`
	URL        string `yaml:"url" default:"button_url" doc:"Name of the trigger property that holds the page's address."`
}

// TemplateLayout is a campaign with an approved WhatsApp template and parameters, each from a trigger property.
type TemplateLayout struct {
	CampaignID string   `yaml:"campaign_id" example:"00000000-0000-4000-8000-000000000006" doc:"Id of the API-triggered campaign with the template. Empty: no template is offered."`
	Text       string   `yaml:"text" example:"Hello {{customer.name|there}}, we have an answer. {{external_system_msg_body}}" doc:"What the template says, for the agent and the transcript: {{property}} where the campaign prints a trigger property, {{customer.name}}, if need be with what is said without one as in {{customer.name|there}}, where it prints the first name."`
	Properties []string `yaml:"properties" default:"[external_system_msg_body]" doc:"Names of the trigger properties that the template's parameters print. The agent fills them in."`
}

// NoticeLayout is a campaign with an approved WhatsApp template without parameters of its own.
type NoticeLayout struct {
	CampaignID string `yaml:"campaign_id" example:"00000000-0000-4000-8000-000000000020" doc:"Id of the API-triggered campaign with the template. Empty: an answer waits without the customer being told."`
	Text       string `yaml:"text" example:"Hello {{customer.name|there}}, we have an answer for you. Reply to this message to read it." doc:"What the template says, for the transcript: {{customer.name}}, if need be with what is said without one, where it prints the first name."`
}

// Configured reports whether customers can be told that an answer waits.
func (l NoticeLayout) Configured() bool { return l.CampaignID != "" }

// Configured reports whether a template can be sent.
func (l TemplateLayout) Configured() bool { return l.CampaignID != "" }

// Configured reports whether choices can go out as buttons.
func (l QuickReplyLayout) Configured() bool {
	return l.CampaignID+l.CanvasID+l.Message.AppID != ""
}

// Configured reports whether choices can go out as a list.
func (l ListLayout) Configured() bool { return l.CampaignID+l.CanvasID+l.Message.AppID != "" }

// Configured reports whether pictures can be sent.
func (l ImageLayout) Configured() bool { return l.CampaignID+l.CanvasID+l.Message.AppID != "" }

// Configured reports whether such a file can be sent.
func (l FileLayout) Configured() bool { return l.CampaignID+l.CanvasID != "" }

// Configured reports whether a button can open a page.
func (l CTALayout) Configured() bool { return l.CampaignID+l.CanvasID != "" }
