package braze

// RecommendedWebhookBody is the "Raw text" request body to paste into the inbound webhook campaign.
// Its first field, "v", says that every text went through Braze's json_escape filter, so the body is
// always JSON and no customer text can reach another field; see [DecodeInbound].
//
// The tags are those of Braze's "Supported Liquid personalization tags", the filter that of its
// "Advanced filters" page.
const RecommendedWebhookBody = `{
  "v": 1,
  "external_id": "{{${user_id} | json_escape}}",
  "braze_id": "{{${braze_id} | json_escape}}",
  "phone": "{{${phone_number} | json_escape}}",
  "first_name": "{{${first_name} | json_escape}}",
  "language": "{{${language} | json_escape}}",
  "message": "{{whats_app.${inbound_message_body} | json_escape}}",
  "media_urls": "{{whats_app.${inbound_media_urls} | json_escape}}",
  "flow_response": "{{whats_app.${inbound_flow_response} | json_escape}}",
  "dispatch_id": "{{campaign.${dispatch_id}}}",
  "campaign_id": "{{campaign.${api_id}}}"
}`

// DocumentedWebhookBody is the request body shown on Braze's page "Braze and WhatsApp integration with
// an external AI or communication system". It interpolates the customer's words unescaped; it is
// accepted, and repaired where the words break the JSON, but it carries no braze_id (so senders unknown
// to Braze can be told apart by phone only), no dispatch_id (weaker de-duplication) and no media.
const DocumentedWebhookBody = `{
  "user_id": "{{${user_id}}}",
  "phone_number": "{{${phone_number}}}",
  "message": "{{whats_app.${inbound_message_body}}}"
}`
