// What the real program shows only in bad hours: slow, broken, cut off, and full to the brim.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { accessible, call, grace, inspect, line, logIn, open, phone, startBrowser, startParley, until } from "./harness.js";

const arabic = "أين طردي؟ لقد طلبته قبل أسبوعين ولم يصل بعد";
const longText = `${"A message of four thousand characters goes on and on, and still every word of it counts. ".repeat(45)}`.slice(0, 4000);

describe("states", () => {
  let urls;
  let browser;

  before(async () => {
    urls = await startParley("--fast");
    browser = await startBrowser();
    const customer = phone(urls.sandbox, grace);
    await customer.write("What are your opening hours?");
    await customer.reply();
  });

  /** Holds every answer whose address matches until the test lets it go. */
  async function hold(page, pattern) {
    let release;
    const gate = new Promise((resolve) => (release = resolve));
    await page.route(pattern, async (route) => {
      await gate;
      await route.continue();
    });
    return release;
  }

  const broken = { status: 503, contentType: "application/json", body: '{"message":"The sandbox is resting. Try later."}' };

  it("phone: a skeleton while it loads, only once it takes long", async () => {
    const page = await open(browser);
    const release = await hold(page, "**/sandbox/phones");
    await page.goto(urls.sandbox);
    await page.getByRole("status", { name: "Loading" }).waitFor();
    await inspect(page, "phone-loading", { at: [1440, 390] });
    release();
    await page.locator(`[data-phone="${grace}"]`).waitFor();
    page.clean();
    await page.close();
  });

  it("phone: an error says what and how to mend it, and tries again", async () => {
    const page = await open(browser, undefined, { expect: [/503/] });
    await page.route("**/sandbox/phones", (route) => route.fulfill(broken));
    await page.goto(urls.sandbox);
    await page.getByText("The sandbox is resting. Try later.").waitFor();
    await inspect(page, "phone-error", { at: [1440, 390] });
    await page.unroute("**/sandbox/phones");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(`[data-phone="${grace}"]`).waitFor();
    page.clean();
    await page.close();
  });

  it("phone: a message that was refused stays, says why, and can be sent again", async () => {
    const page = await open(browser, urls.sandbox, { phone: grace, expect: [/503/] });
    const device = page.locator(`[data-phone="${grace}"]`);
    await page.route("**/messages", (route) => (route.request().method() === "POST" ? route.fulfill(broken) : route.continue()));
    await device.getByRole("textbox").fill("Can you hear me?");
    await device.getByRole("textbox").press("Enter");
    await device.getByRole("alert").getByText("Not sent: The sandbox is resting").waitFor();
    await inspect(page, "phone-refused", { at: [1440, 390] });
    await page.unroute("**/messages");
    await device.getByRole("alert").getByRole("button", { name: "Send" }).click();
    await until("the message to arrive", async () =>
      (await phone(urls.sandbox, grace).messages()).some((m) => m.text === "Can you hear me?"),
    );
    await device.getByRole("alert").waitFor({ state: "detached" });
    page.clean();
    await page.close();
  });

  it("phone: offline keeps the draft, and catches up with what was missed", async () => {
    const wire = await line(urls.sandbox);
    const page = await open(browser, wire.url, { phone: grace, expect: [/ERR_/] });
    const device = page.locator(`[data-phone="${grace}"]`);
    await device.locator("[data-message]").first().waitFor();
    await device.getByRole("textbox").fill("half a thought");
    wire.cut();
    await page.getByText("Reconnecting. Your draft is safe.").waitFor();
    await inspect(page, "phone-offline", { at: [1440, 390] });
    await phone(urls.sandbox, grace).write("Written elsewhere meanwhile");
    wire.mend();
    await device.getByText("Written elsewhere meanwhile").waitFor();
    await page.getByText("Reconnecting. Your draft is safe.").waitFor({ state: "detached" });
    assert.equal(await device.getByRole("textbox").inputValue(), "half a thought");
    page.clean();
    await page.close();
  });

  it("phone: long texts fold, right-to-left texts turn, many phones scroll", async () => {
    const writer = phone(urls.sandbox, grace);
    await writer.write(longText);
    await writer.write(arabic);
    for (let n = 0; n < 6; n++) {
      await call(`${urls.sandbox}/sandbox/phones`, "POST", {
        phone: `+155501001${n}0`,
        name: n ? `Person ${n}` : "Somebody With Quite A Long Name-Indeed Of The House Of Longnames",
        language: "de",
      });
    }
    const page = await open(browser, urls.sandbox, { phone: grace });
    const device = page.locator(`[data-phone="${grace}"]`);
    await device.getByRole("button", { name: "Read more" }).waitFor();
    await device.getByText(arabic).waitFor();
    assert.equal(
      await device.getByText(arabic).evaluate((el) => getComputedStyle(el).direction),
      "rtl",
    );
    await inspect(page, "phone-full", { at: [1440, 1024, 390] });
    await device.getByRole("button", { name: "Read more" }).click();
    await until("the whole text", async () => (await device.innerText()).includes(longText.slice(-40).trim()));
    page.clean();
    await page.close();
  });

  it("desk: skeletons of the real shape while it loads", async () => {
    const page = await open(browser, undefined, { expect: [/401/] });
    await logIn(page, urls.desk);
    await page.getByRole("link", { name: /Grace/ }).click();
    await page.locator("[data-message]").first().waitFor();
    const release = await hold(page, "**/api/v1/conversations**");
    await page.reload();
    await page.getByRole("status", { name: "Loading" }).first().waitFor();
    await inspect(page, "desk-loading", { at: [1440, 390] });
    release();
    await page.locator("[data-message]").first().waitFor();
    page.clean();
    await page.close();
  });

  const problem = (status, detail) => ({
    status,
    contentType: "application/problem+json",
    body: JSON.stringify({ status, title: "Unavailable", detail, code: "unavailable" }),
  });

  it("desk: errors say what to do, where they happened, and try again", async () => {
    const page = await open(browser, urls.desk, { expect: [/503/] });
    await page.getByRole("link", { name: /Grace/ }).click();
    await page.locator("[data-message]").first().waitFor();
    const fail = (route) => route.fulfill(problem(503, "The database is resting. Try again in a minute."));
    await page.route("**/api/v1/conversations**", fail);
    await page.route("**/api/v1/conversations/**", fail);
    await page.route("**/life", fail);
    await page.keyboard.press("w");
    const life = page.getByRole("region", { name: "Why this message was sent" });
    await life.getByText("The database is resting").waitFor();
    await page.unroute("**/life", fail);
    await life.getByRole("button", { name: "Try again" }).click();
    await life.getByText("Accepted by Braze").waitFor();
    await page.reload();
    await page.getByText("The conversations could not be read").waitFor();
    await page.getByText("This conversation could not be read").waitFor();
    await inspect(page, "desk-error", { at: [1440, 390] });
    await page.unroute("**/api/v1/conversations**", fail);
    await page.unroute("**/api/v1/conversations/**", fail);
    await page.getByRole("region", { name: "Conversations" }).getByRole("button", { name: "Try again" }).click();
    await page.getByRole("main").getByRole("button", { name: "Try again" }).click();
    await page.locator("[data-message]").first().waitFor();
    await page.getByRole("link", { name: /Grace/ }).waitFor();
    page.clean();
    await page.close();
  });

  it("desk: reconnecting says so, and a session that has ended leads to the log-in", async () => {
    const wire = await line(urls.desk);
    const page = await open(browser, undefined, { expect: [/ERR_|401/] });
    await logIn(page, wire.url);
    await page.getByRole("link", { name: /Grace/ }).waitFor();
    wire.cut();
    await page.getByText("Reconnecting.").waitFor();
    await inspect(page, "desk-offline", { at: [1440, 390] });
    wire.mend();
    await page.getByText("Reconnecting.").waitFor({ state: "detached" });
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Queue", exact: true }).click();
    await page.getByText("Your session has ended. Log in again.").waitFor();
    page.clean();
    await page.close();
  });

  it("desk: 500 conversations with every kind of name stay quick and whole", async () => {
    const names = ["Ada", "Ümit Øst", "محمد بن عبد الله", "Somebody With Quite A Long Name-Indeed Of The House Of Longnames", "👩🏽‍🚀 Zoé", ""];
    const owners = ["bot", "queue", "agent", "none"];
    const now = Date.now();
    const iso = (ms) => new Date(ms).toISOString();
    const all = Array.from({ length: 500 }, (_, n) => ({
      id: `c${n}`,
      workspace: "shop",
      contact: { id: `p${n}`, name: names[n % names.length], phone: `+1555020${String(n).padStart(4, "0")}`, language: "en" },
      route: "support",
      owner: owners[n % owners.length],
      epoch: 1,
      language: n % 3 ? "en" : "fr",
      lastText: n % 7 ? `Line ${n}: where is my parcel, please? It was due last week.` : arabic,
      lastDirection: n % 2 ? "in" : "out",
      lastAt: iso(now - n * 240_000),
      openedAt: iso(now - n * 240_000 - 60_000),
      ...(n % owners.length === 1 ? { queuedAt: iso(now - n * 240_000) } : {}),
      ...(n % 5 ? { windowUntil: iso(now + 86_400_000 - n * 240_000) } : {}),
      unanswered: n % 4 === 0,
      lastSeq: 3,
    }));
    const page = await open(browser, undefined, { expect: [/401/] });
    await page.route("**/api/v1/conversations?**", (route) => {
      const url = new URL(route.request().url());
      const from = Number(url.searchParams.get("cursor") || 0);
      const items = all.slice(from, from + 50);
      return route.fulfill({ json: { items, nextCursor: from + 50 < all.length ? String(from + 50) : "" } });
    });
    await logIn(page, urls.desk);
    await page.getByRole("listitem").first().waitFor();
    await inspect(page, "desk-full", { at: [1440, 1024, 390] });
    const list = page.getByRole("list", { name: "Conversations" });
    await until("the last row", async () => {
      await list.evaluate((el) => el.scrollTo(0, el.scrollHeight));
      return (await page.getByText("Line 499:").count()) === 1;
    });
    assert.ok((await page.getByRole("listitem").count()) < 60, "the list is not virtual");
    await accessible(page, "the end of a long list");
    page.clean();
    await page.close();
  });

  it("desk: a transcript of 1,000 lines opens at its end, and its beginning is a scroll away", async () => {
    const start = Date.now() - 1000 * 60_000;
    const line = (seq) => ({
      id: `m${seq}`,
      seq,
      direction: seq % 10 === 9 ? "note" : seq % 2 ? "in" : "out",
      author: seq % 10 === 9 ? "agent" : seq % 2 ? "customer" : seq % 4 ? "agent" : "bot",
      text: seq === 999 ? "A note for colleagues only" : seq % 50 === 25 ? longText : seq % 7 === 0 ? arabic : `Line number ${seq}`,
      media: seq % 90 === 1 ? [{ url: `${urls.sandbox}/samples/parcel.jpg`, kind: "image" }] : [],
      layout: "text",
      choices: seq % 40 === 0 ? ["Yes", "No", "A person"] : [],
      at: new Date(start + seq * 60_000).toISOString(),
      status: seq % 2 ? "received" : ["accepted", "queued", "dead", "unknown", "cancelled", "sending"][(seq / 2) % 6],
      ...(seq % 12 === 4 ? { statusReason: "the 24-hour window is closed" } : {}),
    });
    const page = await open(browser, undefined, { expect: [/401/] });
    await page.route("**/messages?**", (route) => {
      const url = new URL(route.request().url());
      const before = Number(url.searchParams.get("before") || 1001);
      const items = [];
      for (let seq = Math.max(1, before - 100); seq < before; seq++) items.push(line(seq));
      return route.fulfill({ json: { items, more: before - 100 > 1 } });
    });
    await logIn(page, urls.desk);
    await page.getByRole("link", { name: /Grace/ }).click();
    await page.getByText("A note for colleagues only").waitFor();
    await page.locator('[data-message="m998"]').waitFor();
    await inspect(page, "desk-transcript", { at: [1440, 390] });
    const lines = page.getByRole("list", { name: "Messages of this conversation" });
    await until(
      "the first line",
      async () => {
        await lines.evaluate((el) => el.scrollTo(0, 0));
        return (await page.locator('[data-message="m1"]').count()) === 1;
      },
      30_000,
    );
    assert.ok((await page.locator("[data-message]").count()) < 80, "the transcript is not virtual");
    await page.getByRole("button", { name: "Go to the newest message" }).click();
    await page.locator('[data-message="m998"]').waitFor();
    page.clean();
    await page.close();
  });

  it("the pages name their assets by content and forbid what is not theirs", async () => {
    for (const url of [urls.desk, urls.sandbox]) {
      const html = await fetch(url);
      assert.equal(html.headers.get("cache-control"), "no-store");
      assert.match(html.headers.get("content-security-policy"), /script-src 'self';/);
      const script = /src="(\/assets\/[^"]+\.js)"/.exec(await html.text())[1];
      const asset = await fetch(url + script, { headers: { "Accept-Encoding": "br" } });
      assert.equal(asset.headers.get("content-encoding"), "br");
      assert.match(asset.headers.get("cache-control"), /immutable/);
    }
  });
});
