// The desk against the real program, with the phone on the other side.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { ada, call, grace, inspect, logIn, open, phone, startBrowser, startParley, taken, until } from "./harness.js";

describe("desk", () => {
  let urls;
  let browser;
  let page;
  const pictured = [1440, 1024, 390];

  before(async () => {
    urls = await startParley("--fast");
    browser = await startBrowser();
  });

  it("asks who is there, and refuses a wrong password in words", async () => {
    const out = await open(browser, `${urls.desk}/conversations/some-deep-link`, { expect: [/401/] });
    await out.getByRole("heading", { name: "Parley" }).waitFor();
    await out.getByRole("button", { name: "Log in" }).click();
    await out.getByText("Write your email address.").waitFor();
    await out.getByLabel("Email").fill("agent@example.com");
    await out.getByLabel("Password").fill("not the password");
    await out.getByRole("button", { name: "Log in" }).click();
    await out.getByRole("alert").getByText("The email or the password is wrong").waitFor();
    await inspect(out, "desk-login", { at: pictured });
    out.clean();
    await out.close();
  });

  it("is empty at first and says what will appear", async () => {
    page = await open(browser, undefined, { expect: [/401/] });
    await logIn(page, urls.desk);
    await page.getByText("No conversations yet").waitFor();
    await inspect(page, "desk-empty", { at: pictured });
  });

  it("shows a conversation the moment a customer writes on the phone", async () => {
    const customer = await open(browser, urls.sandbox);
    const device = customer.locator(`[data-phone="${grace}"]`);
    await device.getByRole("textbox").fill("What are your opening hours?");
    await device.getByRole("textbox").press("Enter");
    const row = page.getByRole("link", { name: /Grace/ });
    await row.waitFor();
    await row.click();
    await page.getByRole("heading", { name: "Grace" }).first().waitFor();
    await page.locator("[data-message]").filter({ hasText: "Monday to Friday" }).waitFor();
    await page.getByText(taken).first().waitFor();
    assert.match(page.url(), /\/conversations\/[\w-]+$/);
    await customer.close();
  });

  it("unfolds an answer to its life: how it was understood, and every step with its time", async () => {
    await page.keyboard.press("w");
    const life = page.getByRole("region", { name: "Why this message was sent" });
    await life.getByText("Understood as", { exact: true }).waitFor();
    const meter = life.getByRole("meter").first();
    assert.match(await meter.getAttribute("aria-valuetext"), /%/);
    assert.ok(Number(await meter.getAttribute("aria-valuenow")) > 0.5);
    const text = await life.innerText();
    const order = ["Received from Braze", "The customer had finished writing", "Queued to be sent", "Accepted by Braze"];
    const places = order.map((step) => text.indexOf(step));
    assert.ok(places.every((at, i) => at >= 0 && (i === 0 || at > places[i - 1])), text);
    await life.getByText("What was sent and answered").click();
    await life.getByText("/campaigns/trigger/send").first().waitFor();
    await inspect(page, "desk-life", { at: pictured });
    await page.getByRole("button", { name: "Why" }).first().click();
    await life.waitFor({ state: "detached" });
  });

  it("opens a conversation by its address, and the list beside it", async () => {
    const link = page.url();
    const second = await open(browser, link);
    await second.locator("[data-message]").first().waitFor();
    await second.getByRole("link", { name: /Grace/ }).waitFor();
    second.clean();
    await second.close();
    const nowhere = await open(browser, `${urls.desk}/conversations/00000000-0000-0000-0000-000000000000`, {
      expect: [/404/],
    });
    await nowhere.getByText("There is no such conversation").waitFor();
    await inspect(nowhere, "desk-not-found", { at: [1440, 390] });
    nowhere.clean();
    await nowhere.close();
  });

  it("makes a hand-over a moment: a rule with the reason, the queue, and the person's side", async () => {
    await phone(urls.sandbox, grace).write("I want to talk to a person");
    const rule = page.getByRole("note").filter({ hasText: "Handed over to people" });
    await rule.getByText("The customer asked for a person").waitFor();
    await page.getByRole("complementary", { name: "Person" }).getByText("Handover").waitFor();
    await page.getByRole("button", { name: "Queue", exact: true }).click();
    await page.getByRole("link", { name: /Grace/ }).waitFor();
    await inspect(page, "desk-handover", { at: pictured });
  });

  it("filters by who may speak, and searches", async () => {
    await phone(urls.sandbox, ada).write("Où est mon colis ?");
    await phone(urls.sandbox, ada).reply();
    await page.getByRole("button", { name: "Bot", exact: true }).click();
    await page.getByRole("link", { name: /Ada/ }).waitFor();
    assert.equal(await page.getByRole("link", { name: /Grace/ }).count(), 0);
    await page.getByRole("button", { name: "All", exact: true }).click();
    await page.getByRole("link", { name: /Grace/ }).waitFor();
    await page.getByRole("link", { name: /Ada/ }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("ada");
    await page.getByRole("link", { name: /Grace/ }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: /Ada/ }).waitFor();
    await page.keyboard.type("zzz");
    await page.getByText("Nothing found").waitFor();
    await inspect(page, "desk-nothing-found");
    await page.getByRole("button", { name: "Clear the search" }).first().click();
    await page.getByRole("link", { name: /Grace/ }).waitFor();
  });

  it("moves through the list with J and K, and shows every key with ?", async () => {
    await page.goto(urls.desk);
    await page.getByRole("link", { name: /Grace/ }).waitFor();
    await page.keyboard.press("j");
    await until("the first conversation", () => /conversations/.test(page.url()));
    const first = page.url();
    await page.keyboard.press("j");
    await until("the second conversation", () => page.url() !== first);
    await page.keyboard.press("k");
    await until("the first one again", () => page.url() === first);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await inspect(page, "desk-keys");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor({ state: "detached" });
  });

  it("keeps rows still under the pointer: what is new waits", async () => {
    await page.goto(urls.desk);
    const grab = page.getByRole("link", { name: /Grace/ });
    await grab.hover();
    const rowsBefore = await page.getByRole("listitem").allInnerTexts();
    await call(`${urls.sandbox}/sandbox/phones`, "POST", { phone: "+15550000007", name: "Linus", language: "en" });
    await phone(urls.sandbox, "+15550000007").write("hello");
    await page.getByRole("button", { name: "1 new" }).waitFor();
    const rowsAfter = await page.getByRole("listitem").allInnerTexts();
    assert.deepEqual(
      rowsAfter.map((r) => r.split("\n")[0]),
      rowsBefore.map((r) => r.split("\n")[0]),
    );
    await page.getByRole("button", { name: "1 new" }).click();
    await page.getByRole("link", { name: /\+15550000007|Linus/ }).waitFor();
  });

  it("keeps what could not be read, word for word", async () => {
    const response = await fetch(`${urls.desk}/braze/inbound/support`, {
      method: "POST",
      headers: { Authorization: "Bearer demo-webhook-secret", "Content-Type": "application/json" },
      body: '{"message": <<not json',
    });
    assert.ok(response.ok, `${response.status}`);
    await page.goto(`${urls.desk}/setup/unreadable`);
    const letter = page.locator("details").first();
    await letter.locator("summary").click();
    await letter.getByText("<<not json").waitFor();
    await inspect(page, "desk-dead-letters", { at: pictured });
  });

  it("speaks French throughout", async () => {
    const french = await open(browser, urls.desk, { language: "fr" });
    await french.getByRole("button", { name: "File", exact: true }).waitFor();
    await french.getByRole("link", { name: /Grace/ }).click();
    await french.getByText("Confiée à des personnes").waitFor();
    await french.keyboard.press("w");
    await french.getByRole("region", { name: "Pourquoi ce message a été envoyé" }).waitFor();
    await inspect(french, "desk-french");
    french.clean();
    await french.close();
  });

  it("goes between list and transcript on a narrow page", async () => {
    const narrow = await open(browser, urls.desk, { size: 390 });
    await narrow.getByRole("link", { name: /Grace/ }).click();
    await narrow.locator("[data-message]").first().waitFor();
    assert.equal(await narrow.getByRole("searchbox").count(), 0);
    await narrow.getByRole("button", { name: "Show the person" }).click();
    await narrow.getByRole("dialog", { name: "Person" }).getByText("external_id").waitFor();
    await inspect(narrow, "desk-person", { at: [390] });
    await narrow.keyboard.press("Escape");
    await narrow.getByRole("link", { name: "Back to the list" }).click();
    await narrow.getByRole("searchbox").waitFor();
    narrow.clean();
    await narrow.close();
  });

  it("logs out, and the desk is closed to the next person", async () => {
    await page.getByRole("button", { name: "Account" }).click();
    await inspect(page, "desk-account");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("button", { name: "Log in" }).waitFor();
    assert.equal((await page.request.get(`${urls.desk}/api/v1/conversations`)).status(), 401);
    page.clean();
  });
});
