import type { Campaign } from "../sandbox";

type WhatsApp = NonNullable<Campaign["whatsapp"]>;

export const layouts = [
  "text",
  "quick_reply",
  "list",
  "image",
  "video",
  "audio",
  "document",
  "cta",
  "flow",
  "template",
] as const;

const property = (name: string) => `{{api_trigger_properties.\${${name}}}}`;
const rows = Array.from({ length: 10 }, (_, i) => ({
  title: property(`row_${i + 1}`),
  description: property(`row_${i + 1}_description`),
}));

/** What stands beside the body in each layout, with the names of properties that Parley uses by default. */
const beside: Record<string, Record<string, unknown>> = {
  quick_reply: { buttons: [1, 2, 3].map((n) => ({ text: property(`button_${n}`) })) },
  list: { list: { button: property("list_button"), sections: [{ title: property("section_title"), rows }] } },
  image: { image_uri: property("image_uri") },
  video: { media_uri: property("media_url") },
  audio: { media_uri: property("media_url") },
  document: { media_uri: property("media_url") },
  cta: { link: { text: property("button_text"), url: property("button_url") } },
  flow: {
    flow: {
      text: property("button_text"),
      id: "1000000000000001",
      fields: [{ name: "order_number", label: "Order number", type: "text", required: true }],
    },
  },
  template: {
    template_name: "new_template",
    template_language_code: "en",
    variables: [property("external_system_msg_body")],
  },
};

const own = new Set(["kind", "layout", "body"]);

/** What of a message the form shows as JSON: everything but kind, layout and body. */
export function partsOf(message: WhatsApp): Record<string, unknown> {
  return Object.fromEntries(Object.entries(message).filter(([name]) => !own.has(name)));
}

/** The message in another layout, with what usually stands beside the body there. */
export function inLayout(message: WhatsApp, layout: string): WhatsApp {
  const kind = layout === "template" ? "template" : "response";
  const body = layout === "audio" ? "" : layout === "template" ? "Hello: {{1}}" : property("external_system_msg_body");
  const kept = message.kind === "template" || kind === "template" || layout === "audio" || !message.body;
  return { ...beside[layout], kind, layout, body: kept ? body : (message.body ?? body) };
}
