import { describe, expect, it } from "vitest";
import { inLayout, partsOf } from "./layouts";

const text = { kind: "response", layout: "text", body: "Shop: {{x}}", footer: "Bye" };

describe("the layout of a campaign", () => {
  it("keeps the body and brings what stands beside it", () => {
    const message = inLayout(text, "quick_reply");
    expect(message.body).toBe("Shop: {{x}}");
    expect(partsOf(message)).toHaveProperty("buttons");
  });
  it("gives a template variables in place of Liquid in the body", () => {
    const message = inLayout(text, "template");
    expect(message.kind).toBe("template");
    expect(message.body).not.toContain("api_trigger_properties");
    expect(inLayout(message, "text").body).toContain("external_system_msg_body");
  });
  it("leaves a sound without a caption", () => expect(inLayout(text, "audio").body).toBe(""));
  it("shows every part but kind, layout and body", () => expect(partsOf(text)).toEqual({ footer: "Bye" }));
});
