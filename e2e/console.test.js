// The drawer behind the scenes as the pretend Braze's dashboard: campaigns, profiles, unknowns, Currents, keys.
import assert from "node:assert/strict";
import { before, beforeEach, describe, it } from "node:test";
import { call, grace, inspect, open, replyCampaign, startBrowser, startParley, until } from "./harness.js";

describe("sandbox console", () => {
  let urls;
  let browser;
  let page;
  const sandbox = (path) => call(`${urls.sandbox}/sandbox${path}`);
  const pictured = [1440, 390];
  const show = async (drawer, tab) => {
    await page.getByRole("button", { name: drawer }).click();
    await page.getByRole("tab", { name: tab }).click();
  };

  before(async () => {
    urls = await startParley("--fast");
    browser = await startBrowser();
  });
  beforeEach(async () => {
    await page?.close();
    await call(`${urls.sandbox}/sandbox/reset`, "POST", {});
    page = await open(browser, urls.sandbox, { phone: grace, expect: [/status of 400/] });
  });

  it("edits a campaign's body, state and re-eligibility, and says what is wrong with Liquid", async () => {
    await show("Behind the scenes", "Campaigns");
    await page.getByRole("button", { name: "Edit: Reply from Parley" }).click();
    const body = page.getByLabel("Body (Liquid)");
    await body.fill("{{api_trigger_properties.${x}");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("Not changed").waitFor();
    await inspect(page, "console-campaign", { at: pictured });
    await body.fill("Shop: {{api_trigger_properties.${external_system_msg_body}}}");
    await page.getByRole("switch", { name: "May reach the same person again" }).click();
    await page.getByLabel("State").selectOption("paused");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Edit: Reply from Parley" }).waitFor();
    const c = await sandbox(`/campaigns/${replyCampaign}`);
    assert.deepEqual([c.status, c.re_eligible, c.whatsapp.layout], ["paused", false, "text"]);
    assert.match(c.whatsapp.body, /^Shop: /);
    page.clean();
  });

  it("shows a profile and unsubscribes it as an integration would", async () => {
    await show("Behind the scenes", "Profiles");
    const demo = page.getByRole("switch", { name: "Parley demo · +15550009999" });
    await demo.waitFor();
    assert.equal(await demo.isChecked(), true);
    await inspect(page, "console-profile", { at: pictured });
    await demo.click();
    await until("the profile to be unsubscribed", async () => {
      const user = await sandbox("/users/grace");
      return Object.values(user.subscription_groups).includes("unsubscribed");
    });
    await page.getByLabel("Find by name, number, id or alias").fill("nobody-at-all");
    await page.getByText("0 profiles", { exact: true }).waitFor();
    await page.getByLabel("Find by name, number, id or alias").fill("lovel");
    await page.getByRole("dialog").getByRole("button", { name: /Ada Lovelace/ }).click();
    await page.getByText("ada", { exact: true }).waitFor();
  });

  it("sets an attribute, and shows who is in a segment", async () => {
    await show("Behind the scenes", "Profiles");
    const who = page.getByRole("group", { name: "Who matches" });
    await who.getByLabel("Custom attribute").fill("vip");
    await who.getByLabel("Value").fill("true");
    await page.getByText("0 profiles are in this segment").waitFor();
    const profile = page.getByRole("region", { name: "Profile", exact: true });
    await profile.getByLabel("Custom attribute").fill("vip");
    await profile.getByLabel("New value").fill("true");
    await profile.getByRole("button", { name: "Set" }).click();
    await page.getByText("1 profile is in this segment").waitFor();
    await page.getByRole("button", { name: /Grace Hopper.*vip: true/ }).waitFor();
    await inspect(page, "console-segment", { at: pictured });
    assert.equal((await sandbox("/users/grace")).custom_attributes.vip, true);
    await profile.getByLabel("New value").fill("");
    await profile.getByRole("button", { name: "Set" }).click();
    await page.getByText("0 profiles are in this segment").waitFor();
  });

  it("pauses a template and adds one", async () => {
    await show("Behind the scenes", "Templates");
    await page.getByRole("button", { name: "Edit: reopen_conversation" }).click();
    await page.getByLabel("State").selectOption("paused");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Paused", { exact: true }).waitFor();
    await page.getByRole("button", { name: "New template" }).click();
    await page.getByLabel("Name").fill("Not A Name");
    await page.getByLabel("Text, with").fill("Your parcel {{1}} is here.");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("small letters").waitFor();
    await inspect(page, "console-templates", { at: pictured });
    await page.getByLabel("Name").fill("parcel_here");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Edit: parcel_here" }).waitFor();
    const { templates } = await sandbox("/templates");
    assert.deepEqual(
      templates.map((t) => [t.name, t.status]),
      [
        ["reopen_conversation", "paused"],
        ["answer_waits", "approved"],
        ["parcel_here", "pending"],
      ],
    );
  });

  it("gives a campaign another layout", async () => {
    await show("Behind the scenes", "Campaigns");
    await page.getByRole("button", { name: "Edit: Reply from Parley" }).click();
    await page.getByLabel("Layout").selectOption("quick_reply");
    const parts = page.getByLabel("Other parts (JSON)");
    assert.match(await parts.inputValue(), /button_1/);
    await parts.fill("[]");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("no JSON object").waitFor();
    await parts.fill('{"buttons": [{"text": "Yes"}]}');
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Edit: Reply from Parley" }).waitFor();
    const { whatsapp } = await sandbox(`/campaigns/${replyCampaign}`);
    assert.deepEqual([whatsapp.layout, whatsapp.buttons], ["quick_reply", [{ text: "Yes" }]]);
  });

  it("switches what the documentation does not say, in French", async () => {
    await page.close();
    page = await open(browser, urls.sandbox, { phone: grace, language: "fr" });
    await show("En coulisses", "Inconnues");
    await page.getByText("la copie qui survit n’est pas documentée").waitFor();
    await inspect(page, "console-switches", { at: pictured });
    await page.getByLabel("duplicate_recipient").selectOption("last");
    await page.getByLabel("webhook_retries").fill("-1");
    await page.getByLabel("webhook_retries").press("Enter");
    await page.getByRole("alert").getByText("Non modifié").waitFor();
    const { switches } = await sandbox("/switches");
    assert.deepEqual([switches.duplicate_recipient, switches.webhook_retries], ["last", 5]);
    await page.getByRole("switch", { name: "Modifiés seulement" }).click();
    await until("the unchanged ones to go", async () => (await page.getByLabel("webhook_retries").count()) === 0);
    assert.equal(await page.getByLabel("duplicate_recipient").inputValue(), "last");
  });

  it("connects Currents and puts a key", async () => {
    await show("Behind the scenes", "Currents");
    await page.getByText("No event yet").waitFor();
    await call(`${urls.sandbox}/sandbox/phones/${encodeURIComponent(grace)}/messages`, "POST", { text: "hello", media_urls: [] });
    await page.locator("li").filter({ hasText: "InboundReceive" }).getByText("Taken").waitFor();
    await page.getByText("InboundReceive", { exact: true }).last().click();
    await page.getByText('"message_body": "hello"').waitFor();
    await page.getByLabel("Address of the receiver").fill("http://127.0.0.1:9/receipts");
    await page.getByLabel("Bearer token").fill("secret");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("In force from now on").waitFor();
    await inspect(page, "console-currents", { at: pictured });
    assert.equal((await sandbox("/currents")).url, "http://127.0.0.1:9/receipts");
    await page.getByRole("tab", { name: "Keys" }).click();
    await page.getByLabel("Key", { exact: true }).fill("crm-key");
    await page.getByLabel("Permissions").fill("users.track, users.export.ids");
    await page.getByLabel("Addresses that may use it").fill("home");
    await page.getByRole("button", { name: "Put the key" }).click();
    await page.getByRole("alert").getByText("neither an address").waitFor();
    await page.getByLabel("Addresses that may use it").fill("10.0.0.0/8");
    await page.getByRole("button", { name: "Put the key" }).click();
    await page.getByText("users.track users.export.ids").waitFor();
    await inspect(page, "console-keys", { at: pictured });
    assert.deepEqual((await sandbox("/keys")).keys["crm-key"].ip_allowlist, ["10.0.0.0/8"]);
  });
});
