// The phone page against the real program: a customer's side of the loop.
import assert from "node:assert/strict";
import { before, beforeEach, describe, it } from "node:test";
import { ada, call, grace, inspect, open, phone, settled, startBrowser, startParley, until } from "./harness.js";

describe("phone page", () => {
  let urls;
  let browser;
  let page;
  const pictured = [1440, 1024, 390];
  const device = (number) => page.locator(`[data-phone="${number}"]`);
  const bubbles = (number) => device(number).locator("[data-message]");
  const composer = (number) => device(number).getByRole("textbox");
  const status = (number, n) => device(number).locator(`[data-message="n${n}"]`).getByRole("img");

  async function write(number, text) {
    await composer(number).fill(text);
    await composer(number).press("Enter");
  }

  // The gateway remembers people for ever, the sandbox until its reset: each test is about somebody new.
  let me;
  let people = 0;

  before(async () => {
    urls = await startParley("--fast");
    browser = await startBrowser();
  });
  beforeEach(async () => {
    await page?.close();
    await call(`${urls.sandbox}/sandbox/reset`, "POST", {});
    me = `+1555010${String(++people).padStart(4, "0")}`;
    const somebody = { phone: me, name: "Linus Bell", language: "en", external_id: `linus-${people}` };
    await call(`${urls.sandbox}/sandbox/phones`, "POST", somebody);
    page = await open(browser, urls.sandbox, { phone: me });
    await device(me).waitFor();
  });

  it("greets with suggestions in the person's language, and sends the one that is chosen", async () => {
    await device(me).getByText("No messages yet").waitFor();
    await inspect(page, "phone-empty", { at: pictured });
    await device(ada).getByRole("button", { name: "Où est mon colis ?" }).waitFor();
    await device(me).getByRole("button", { name: "What are your opening hours?" }).click();
    await bubbles(me).nth(1).waitFor();
    assert.match(await bubbles(me).nth(0).innerText(), /What are your opening hours\?/);
    assert.match(await bubbles(me).nth(1).innerText(), /Monday to Friday/);
    await inspect(page, "phone-answered", { at: pictured });
    page.clean();
  });

  it("sends with Enter, starts a line with Shift+Enter, and shows ticks as they come", async () => {
    await composer(me).pressSequentially("What are your");
    await composer(me).press("Shift+Enter");
    await composer(me).pressSequentially("opening hours?");
    await composer(me).press("Enter");
    assert.equal(await composer(me).inputValue(), "");
    await bubbles(me).nth(1).waitFor();
    assert.match(await bubbles(me).nth(0).innerText(), /What are your\nopening hours\?/);
    await until("two ticks", async () => (await status(me, 1).getAttribute("aria-label")) === "Delivered");
    // The phone in the hand has its chat open: what arrives is read.
    await until("the reply to be read", async () => (await phone(urls.sandbox, me).messages())[1].status === "read");
  });

  it("taps a quick reply once it is offered", async () => {
    await write(me, "my stuff never came and its broken");
    await bubbles(me).nth(1).waitFor();
    const buttons = device(me).locator(".bubble-in[type=button]");
    await buttons.first().waitFor();
    await inspect(page, "phone-choices");
    const label = (await buttons.first().innerText()).trim();
    await buttons.first().click();
    await bubbles(me).nth(3).waitFor();
    assert.match(await bubbles(me).nth(2).innerText(), new RegExp(label.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")));
    assert.equal(await buttons.first().getByText("Chosen").count(), 1);
  });

  it("opens a list from below, and sends the row that is chosen", async () => {
    await call(`${urls.sandbox}/sandbox/campaigns/list-test`, "PUT", {
      id: "list-test",
      name: "A list",
      type: "whatsapp",
      delivery: "api_triggered",
      status: "active",
      re_eligible: true,
      subscription_group_id: (await call(`${urls.sandbox}/sandbox/campaigns/00000000-0000-4000-8000-000000000002`))
        .subscription_group_id,
      whatsapp: {
        kind: "response",
        layout: "list",
        body: "What is it about?",
        list: {
          button: "Topics",
          sections: [
            { title: "Orders", rows: [{ title: "Late delivery", description: "Not here yet" }, { title: "Wrong item" }] },
            { title: "Account", rows: [{ title: "My address" }] },
          ],
        },
      },
    });
    await phone(urls.sandbox, me).write("hello");
    await phone(urls.sandbox, me).reply();
    const response = await fetch(`${urls.sandbox}/campaigns/trigger/send`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: "Bearer sandbox-key" },
      body: JSON.stringify({ campaign_id: "list-test", recipients: [{ external_user_id: `linus-${people}` }] }),
    });
    assert.equal(response.status, 201, await response.text());
    await device(me).getByRole("button", { name: "Topics" }).click();
    const sheet = page.getByRole("dialog", { name: "Topics" });
    await sheet.waitFor();
    await inspect(page, "phone-list");
    assert.equal(await sheet.getByRole("button", { name: "Choose a line first" }).isDisabled(), true);
    await sheet.getByRole("radio", { name: /Late delivery/ }).check();
    await sheet.getByRole("button", { name: "Send" }).click();
    await until("the row to be sent", async () =>
      (await phone(urls.sandbox, me).messages()).some((m) => m.direction === "in" && m.text.startsWith("Late delivery")),
    );
    await sheet.waitFor({ state: "detached" });
  });

  it("shows a picture, a file and a link as WhatsApp does", async () => {
    await phone(urls.sandbox, me).write("hello");
    await phone(urls.sandbox, me).reply();
    const send = async (campaign, properties) => {
      const response = await fetch(`${urls.sandbox}/campaigns/trigger/send`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: "Bearer sandbox-key" },
        body: JSON.stringify({
          campaign_id: `00000000-0000-4000-8000-0000000000${campaign}`,
          recipients: [{ external_user_id: `linus-${people}`, trigger_properties: properties }],
        }),
      });
      assert.equal(response.status, 201, await response.text());
    };
    const picture = `${urls.sandbox}/samples/parcel.jpg`;
    await send("07", { external_system_msg_body: "Your parcel", image_uri: picture });
    await device(me).getByRole("img", { name: "Your parcel" }).waitFor();
    await send("11", { external_system_msg_body: "Your invoice", media_url: "https://shop.example.com/invoice-41.pdf" });
    await device(me).getByRole("link", { name: "File: invoice-41.pdf" }).waitFor();
    await send("10", {
      external_system_msg_body: "All measurements in one place.",
      button_text: "See all sizes",
      button_url: "https://shop.example.com/sizes",
    });
    const link = device(me).getByRole("link", { name: "See all sizes" });
    await link.waitFor();
    assert.equal(await link.getAttribute("href"), "https://shop.example.com/sizes");
    await inspect(page, "phone-layouts", { at: pictured });
    page.clean();
  });

  it("gets the answer of the shipped knowledge with its link", async () => {
    await write(me, "do you have a size guide");
    const link = device(me).getByRole("link", { name: "See all sizes" });
    await link.waitFor();
    assert.equal(await link.getAttribute("href"), "https://shop.example.com/en/sizes");
  });

  it("adds a person whom Braze does not know, and gets them an answer", async () => {
    await page.getByRole("button", { name: "Add a phone" }).click();
    const form = page.getByRole("dialog", { name: "Add a phone" });
    await form.getByRole("button", { name: "Add the phone" }).click();
    await form.getByText("Write a name.").waitFor();
    await inspect(page, "phone-add", { at: [1440, 390] });
    await form.getByLabel("Name").fill("Katherine");
    await form.getByLabel("Number").fill("+15550000009");
    await form.getByRole("switch", { name: "Braze knows this person" }).click();
    await form.getByRole("button", { name: "Add the phone" }).click();
    await form.waitFor({ state: "detached" });
    await device("+15550000009").getByText("Unknown to Braze").waitFor();
    await write("+15550000009", "What are your opening hours?");
    await bubbles("+15550000009").nth(1).waitFor();
    assert.match(await bubbles("+15550000009").nth(1).innerText(), /Monday to Friday/);
    // The same number a second time is refused, in words.
    await page.getByRole("button", { name: "Add a phone" }).click();
    await form.getByLabel("Name").fill("Again");
    await form.getByLabel("Number").fill(me);
    await form.getByRole("button", { name: "Add the phone" }).click();
    await form.getByText("Another phone has this number").waitFor();
  });

  it("explains the loop beside the phone: every step of the message, in order", async () => {
    await write(me, "What are your opening hours?");
    const life = page.getByRole("complementary", { name: "The life of each message" });
    await life.getByText("The reply reached the phone and was read").waitFor();
    const text = await life.innerText();
    const steps = [
      "What are your opening hours?",
      "Braze received the message",
      "Braze passed it to Parley",
      "Parley asked Braze to reply",
      "The reply reached the phone and was read",
    ];
    const places = steps.map((step) => text.indexOf(step));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
      text,
    );
    assert.ok(places[0] >= 0, text);
  });

  it("says in the chat why nothing arrived", async () => {
    await write(me, "hello");
    await bubbles(me).nth(1).waitFor();
    await call(`${urls.sandbox}/sandbox/faults`, "PUT", {
      api: [],
      webhook: { duplicate: 1, duplicate_delay_ms: 0, reorder: false, drop: 1, delay_ms: 0, rerender_on_retry: false },
      delivery: { reorder: false, delay_ms: 0, fail_code: 0 },
    });
    await write(me, "Where is my parcel?");
    await device(me).getByRole("note").getByText("The fault sheet lost this webhook").waitFor();
    await inspect(page, "phone-notice", { at: pictured });
  });

  it("leaves messages unread on a phone that lies on the table, and marks where one left off", async () => {
    await device(me).getByText("No messages yet").waitFor();
    await device(me).getByRole("button", { pressed: true, name: /Linus/ }).waitFor();
    await phone(urls.sandbox, ada).write("Quels sont vos horaires ?");
    await phone(urls.sandbox, ada).reply();
    await device(ada).getByText("1", { exact: true }).waitFor();
    assert.notEqual((await phone(urls.sandbox, ada).messages())[1].status, "read");
    await device(ada).getByRole("button", { name: /Ada Lovelace/ }).first().click();
    await device(ada).getByText("1 unread message").waitFor();
    await until("the message to be read", async () => (await phone(urls.sandbox, ada).messages())[1].status === "read");
  });

  it("lets a person go offline, and delivers when they are back", async () => {
    await device(me).getByRole("button", { name: /'s phone$/ }).click();
    await page.getByRole("switch", { name: "Offline" }).click();
    await page.keyboard.press("Escape");
    await device(me).getByText("The phone is offline").waitFor();
    await device(me).getByRole("button", { name: "Go online" }).click();
    await device(me).getByText("The phone is offline").waitFor({ state: "detached" });
    assert.equal((await call(`${urls.sandbox}/sandbox/phones/${encodeURIComponent(me)}`)).online, true);
  });

  it("blocks the business and takes it back", async () => {
    await device(me).getByRole("button", { name: /'s phone$/ }).click();
    await page.getByRole("switch", { name: "Block the business" }).click();
    await page.keyboard.press("Escape");
    await device(me).getByText("You blocked this business.").waitFor();
    assert.equal(await composer(me).count(), 0);
    await device(me).getByRole("button", { name: "Unblock" }).click();
    await composer(me).waitFor();
  });

  it("shows what happens behind the scenes, live, and filters it", async () => {
    await write(me, "hello");
    await bubbles(me).nth(1).waitFor();
    await page.getByRole("button", { name: "Behind the scenes" }).click();
    const drawer = page.getByRole("dialog", { name: "Behind the scenes" });
    await drawer.getByText("The reply reached the phone").waitFor();
    await inspect(page, "phone-activity", { at: [1440, 390] });
    await phone(urls.sandbox, ada).write("bonjour");
    await drawer.locator("summary", { hasText: "Ada Lovelace" }).first().waitFor();
    await drawer.getByLabel("Phone", { exact: true }).selectOption(me);
    await drawer.locator("summary", { hasText: "Ada Lovelace" }).first().waitFor({ state: "detached" });
    await drawer.getByLabel("Kind").selectOption("webhook");
    const rows = drawer.locator("summary");
    await until("one row", async () => (await rows.count()) === 1);
    await rows.first().click();
    await drawer.getByText("dispatch_id").waitFor();
    await inspect(page, "phone-activity-entry");
  });

  it("switches faults on and off, and keeps rules it has no switch for", async () => {
    const own = { path: "/users/track", from_call: 1, calls: 2, status: 500 };
    const sheet = await call(`${urls.sandbox}/sandbox/faults`);
    await call(`${urls.sandbox}/sandbox/faults`, "PUT", { ...sheet, api: [own] });
    await page.getByRole("button", { name: "Behind the scenes" }).click();
    const drawer = page.getByRole("dialog", { name: "Behind the scenes" });
    await drawer.getByRole("tab", { name: "Faults" }).click();
    await drawer.getByText("1 more rule was set through the API").waitFor();
    await drawer.getByRole("switch", { name: "Deliver every message three times" }).click();
    await drawer.getByRole("switch", { name: "Fail the next three replies" }).click();
    await drawer.getByText("2 faults on").waitFor();
    await inspect(page, "phone-faults", { at: [1440, 390] });
    const put = await until("both faults", async () => {
      const now = await call(`${urls.sandbox}/sandbox/faults`);
      return now.webhook.duplicate === 3 && now.api.length === 2 && now;
    });
    assert.ok(put.api.some((r) => r.path === "/users/track" && r.status === 500));
    await drawer.getByRole("switch", { name: "Deliver every message three times" }).click();
    await until("one fault", async () => (await call(`${urls.sandbox}/sandbox/faults`)).webhook.duplicate === 1);
    await drawer.getByRole("button", { name: "Switch all off" }).click();
    await until("no fault", async () => (await call(`${urls.sandbox}/sandbox/faults`)).api.length === 0);
    await drawer.getByText("Everything works").waitFor();
  });

  it("answers once although every webhook comes three times", async () => {
    const sheet = await call(`${urls.sandbox}/sandbox/faults`);
    await call(`${urls.sandbox}/sandbox/faults`, "PUT", { ...sheet, webhook: { ...sheet.webhook, duplicate: 3 } });
    await write(me, "What are your opening hours?");
    await bubbles(me).nth(1).waitFor();
    await until("all three webhooks", async () => {
      const { entries } = await call(`${urls.sandbox}/sandbox/activity?limit=50`);
      return entries.filter((e) => e.kind === "webhook" && e.outcome === "accepted").length === 3;
    });
    await settled(page);
    assert.equal(await bubbles(me).count(), 2);
  });

  it("moves the clock until the window closes, and says so above the phone", async () => {
    await write(me, "hello");
    await bubbles(me).nth(1).waitFor();
    await device(me).getByText(/23\sh.*left|24\sh left/).waitFor();
    await page.getByRole("button", { name: "Behind the scenes" }).click();
    const drawer = page.getByRole("dialog", { name: "Behind the scenes" });
    await drawer.getByRole("tab", { name: "Clock" }).click();
    await drawer.getByText("The real time", { exact: true }).waitFor();
    await drawer.getByRole("button", { name: "24 hours on" }).click();
    await drawer.getByText(/ahead of the real time/).waitFor();
    await inspect(page, "phone-clock");
    await page.keyboard.press("Escape");
    await device(me).getByText("Window closed").waitFor();
  });

  it("lists the campaigns with what they say", async () => {
    await page.getByRole("button", { name: "Behind the scenes" }).click();
    const drawer = page.getByRole("dialog", { name: "Behind the scenes" });
    await drawer.getByRole("tab", { name: "Campaigns" }).click();
    await drawer.getByRole("heading", { name: "Reply from Parley" }).first().waitFor();
    await drawer.getByText("Body").first().click();
    await drawer.getByText("inbound_message_body").first().waitFor();
    await inspect(page, "phone-campaigns");
  });

  it("sends a picture, and one that cannot be loaded says so", async () => {
    await device(me).getByRole("button", { name: "Send a picture" }).click();
    await page.getByRole("button", { name: "Damaged parcel" }).click();
    await device(me).locator("[data-message] img").waitFor();
    await device(me).getByRole("button", { name: "Send a picture" }).click();
    await page.getByLabel("Address of a picture").fill(`${urls.sandbox}/assets/nothing.jpg`);
    await page.getByRole("button", { name: "Send the picture" }).click();
    await device(me).getByText("This picture could not be loaded").waitFor();
    await inspect(page, "phone-pictures", { at: [1440, 390] });
  });

  it("speaks French throughout", async () => {
    const french = await open(browser, urls.sandbox, { language: "fr" });
    await french.getByRole("heading", { name: "WhatsApp simulé" }).waitFor();
    assert.equal(await french.evaluate(() => document.documentElement.lang), "fr");
    await french.getByRole("button", { name: "En coulisses" }).click();
    await french.getByRole("tab", { name: "Pannes" }).click();
    await french.getByRole("switch", { name: "Livrer chaque message trois fois" }).waitFor();
    await inspect(french, "phone-french");
    french.clean();
    await french.close();
  });

  it("switches the theme and keeps it over a reload", async () => {
    await page.getByRole("button", { name: "Dark", exact: true }).click();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await page.reload();
    await device(me).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await page.getByRole("button", { name: "Like the system" }).click();
  });

  it("can be used with the keyboard alone on a narrow page", async () => {
    const narrow = await open(browser, urls.sandbox, { size: 390, phone: me });
    const box = narrow.getByRole("textbox");
    await box.waitFor();
    for (let i = 0; i < 40 && !(await box.evaluate((el) => el === document.activeElement)); i++) {
      await narrow.keyboard.press("Tab");
    }
    await narrow.keyboard.type("What are your opening hours?");
    await narrow.keyboard.press("Enter");
    await narrow.locator("[data-message]").nth(1).waitFor();
    narrow.clean();
    await narrow.close();
  });

  it("shows an emoji where the caret is", async () => {
    await composer(me).fill("ab");
    await composer(me).press("ArrowLeft");
    await device(me).getByRole("button", { name: "Emoji" }).click();
    await inspect(page, "phone-emoji");
    await page.getByRole("button", { name: "👍" }).click();
    await until("the emoji", async () => (await composer(me).inputValue()) === "a👍b");
  });
});
