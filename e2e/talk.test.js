// What people do in an open conversation beside answering: notes, canned replies, drafts, giving it on, looking back.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { admin, agent, agent2, asked, grace, inspect, logIn, open, phone, startBrowser, startParley, until } from "./harness.js";

describe("talk", () => {
  let urls;
  let page; // Ben's
  let other; // Mia's
  let address;
  const pictured = [1440, 1024, 390];
  const reply = (on = page) => on.getByRole("textbox", { name: "Reply to the customer" });
  const note = (on = page) => on.getByRole("textbox", { name: "Note for colleagues" });
  const rule = (text, on = page) => on.getByRole("note").filter({ hasText: text });
  const owner = (text) => page.locator("header").getByText(text, { exact: true });
  const aside = () => page.locator("body").click({ position: { x: 5, y: 400 } });

  before(async () => {
    urls = await startParley("--fast");
    page = await open(await startBrowser(), undefined, { expect: [/401/, /ERR_FAILED .*owner/, /media/] });
    await logIn(page, urls.desk, agent);
    other = await open(await startBrowser(), undefined, { expect: [/401/] });
    await logIn(other, urls.desk, agent2);
    // Nothing is given to them by itself: what is taken here is taken by hand.
    for (const p of [page, other]) await asked(p, "PUT", "/me/presence", { presence: "away" });
    const chief = await open(await startBrowser(), undefined, { expect: [/401/] });
    await logIn(chief, urls.desk, admin);
    await asked(chief, "PUT", "/me/presence", { presence: "away" });
    await asked(chief, "POST", "/canned", {
      shortcut: "return",
      title: "Return a parcel",
      text: "Hello {{customer.name}}, drop it off at any shop. {{agent.name}}",
      language: "en",
    });
    await asked(chief, "POST", "/canned", { shortcut: "hours", title: "Opening hours", text: "From nine to six.", language: "en" });
    await chief.close();
  });

  it("makes the hand-over a moment: what they want, what was tried, what is known", async () => {
    const customer = phone(urls.sandbox, grace);
    await customer.write("Where is my parcel, order 1234567?");
    await customer.reply();
    await customer.write("I want to talk to a person. My mail is grace@example.com");
    await page.getByRole("link", { name: /Grace/ }).click();
    const moment = rule("Handed over to people");
    await moment.getByText("The customer asked for a person").waitFor();
    await moment.getByText("1234567").first().waitFor();
    await moment.getByText("grace@example.com").first().waitFor();
    address = page.url();
    await moment.getByRole("button", { name: "The whole handover" }).click();
    await moment.getByRole("heading", { name: "Last messages" }).waitFor();
    await inspect(page, "talk-handover", { at: pictured });
    await moment.getByRole("button", { name: "Less" }).click();
    // Where it is known from.
    await moment.getByRole("button", { name: "Show the line it comes from" }).first().click();
    await page.locator("[data-message] .outline-2").filter({ hasText: "1234567" }).waitFor();
  });

  it("asks whether it needed a person, and remembers", async () => {
    await page.getByRole("group", { name: "Did this need a person?" }).getByRole("button", { name: "Yes" }).click();
    await page.reload();
    await page.locator('button[aria-pressed="true"]', { hasText: "Yes" }).waitFor();
  });

  it("tells each of two agents what the other does", async () => {
    await other.goto(address);
    await page.locator("header").getByText("Mia Agent is looking at this too").waitFor();
    await reply(other).fill("I am on it");
    await page.getByText("Mia Agent is typing a reply too.").waitFor();
    await inspect(page, "talk-typing", { at: [1440, 390] });
    await reply(other).fill("");
  });

  it("leaves a note by keyboard alone, and calls a colleague by name", async () => {
    await aside();
    await page.keyboard.press("n");
    await page.keyboard.type("Please look, @mi");
    await page.getByRole("option", { name: /Mia Agent/ }).waitFor();
    await inspect(page, "talk-mention", { at: [1440, 390] });
    await page.keyboard.press("Tab");
    await page.keyboard.type("it is urgent");
    assert.equal(await note().inputValue(), "Please look, @Mia Agent it is urgent");
    await page.keyboard.press("Control+Enter");
    const line = rule("it is urgent", other);
    await line.locator("mark").getByText("@Mia Agent").waitFor();
    await line.getByText("Note by Ben Agent").waitFor();
    await rule("it is urgent").getByText("Your note").waitFor();
    assert.equal(await note().inputValue(), "");
    const heard = (await phone(urls.sandbox, grace).messages()).map((m) => m.text).join("\n");
    assert.doesNotMatch(heard, /urgent/);
  });

  it("answers with a canned reply behind a slash, its variables filled in", async () => {
    await aside();
    await page.keyboard.press("r");
    await page.keyboard.type("/ret");
    await page.getByRole("option", { name: /Return a parcel/ }).waitFor();
    await inspect(page, "talk-canned", { at: [1440, 390] });
    await page.keyboard.press("Tab");
    assert.equal(await reply().inputValue(), "Hello Grace, drop it off at any shop. Ben Agent");
    // What nothing is known for is not sent by mistake.
    await page.keyboard.type(" {{order.number}}");
    await page.getByText("Nothing is known for {{order.number}}").waitFor();
    await page.keyboard.press("Control+Enter");
    assert.match(await reply().inputValue(), /order\.number/);
    await page.keyboard.type("1234567");
    assert.match(await reply().inputValue(), /Ben Agent 1234567$/);
    await page.keyboard.press("Control+Enter");
    await until("the reply", async () =>
      (await phone(urls.sandbox, grace).messages()).some((m) => m.direction === "out" && m.text.endsWith("Ben Agent 1234567")),
    );
  });

  it("finds an emoji by its name and puts it where the caret is", async () => {
    await reply().fill("Well done ");
    await page.getByRole("button", { name: "Emoji", exact: true }).click();
    await page.keyboard.type("party");
    await inspect(page, "talk-emoji", { at: [1440, 390] });
    await page.keyboard.press("Enter");
    await until("the emoji", async () => (await reply().inputValue()) === "Well done 🎉");
  });

  it("keeps a draft for the next browser, and takes it away there once it is sent", async () => {
    await reply().fill("Begun at the office");
    const home = await open(await startBrowser(), undefined, { expect: [/401/] });
    await logIn(home, urls.desk, agent);
    await until("the draft at home", async () => {
      await home.goto(address);
      await reply(home).waitFor();
      return (await reply(home).inputValue()) === "Begun at the office";
    });
    await reply(home).fill("Begun at the office, ended at home");
    await reply(home).press("Control+Enter");
    await home.locator("[data-message]").filter({ hasText: "ended at home" }).waitFor();
    await until("an empty box at the office", async () => {
      await page.evaluate(() => dispatchEvent(new Event("focus")));
      return (await reply().inputValue()) === "";
    });
    home.clean();
    await home.close();
  });

  it("tags, ranks and puts aside by key, and shows it at once", async () => {
    await aside();
    await page.keyboard.press("l");
    await page.keyboard.type("refund");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Remove the tag refund" }).waitFor();
    await inspect(page, "talk-tags", { at: [1440, 390] });
    await page.keyboard.press("Escape");
    await page.keyboard.press("i");
    await page.getByRole("radio", { name: "Urgent" }).waitFor();
    await page.keyboard.press("1");
    await page.keyboard.press("z");
    await page.getByRole("button", { name: /^Tomorrow/ }).waitFor();
    await inspect(page, "talk-snooze", { at: [1440, 390] });
    await page.getByRole("button", { name: /^Tomorrow/ }).click();
    const header = page.locator("main header");
    for (const text of ["refund", "Urgent", /^Put aside until Tomorrow/]) await header.getByText(text).waitFor();
    await page.reload();
    for (const text of ["refund", "Urgent", /^Put aside until Tomorrow/]) await header.getByText(text).waitFor();
    await page.keyboard.press("z");
    await page.getByRole("button", { name: "Bring it back now" }).click();
    await header.getByText(/^Put aside until/).waitFor({ state: "detached" });
  });

  it("says where it was made that a change did not happen, and tries again", async () => {
    await page.route("**/owner", (route) => route.abort());
    await page.keyboard.press("b");
    await page.getByRole("dialog").getByRole("button", { name: "Hand back", exact: true }).click();
    const notice = page.getByRole("alert").filter({ hasText: "Not handed back." });
    await notice.getByText("The gateway does not answer").waitFor();
    await owner("You").waitFor();
    await inspect(page, "talk-act-failed", { at: [1440, 390] });
    await page.unroute("**/owner");
    await notice.getByRole("button", { name: "Try again" }).click();
    await owner("Bot").waitFor();
    await notice.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Take over" }).click();
    await owner("You").waitFor();
  });

  it("gives it to a colleague with a word to them", async () => {
    await aside();
    await page.keyboard.press("a");
    const dialog = page.getByRole("dialog", { name: "Assign" });
    await dialog.getByRole("option", { name: /Mia Agent/ }).waitFor();
    await dialog.getByRole("textbox", { name: "Note for them (optional)" }).fill("She waits for a refund");
    await inspect(page, "talk-assign", { at: pictured });
    await dialog.getByRole("combobox").fill("mia");
    await page.keyboard.press("Enter");
    await owner("Mia Agent").waitFor();
    await rule("You assigned the conversation to Mia Agent").waitFor();
    await other.locator("header").getByText("You", { exact: true }).waitFor();
  });

  it("shows what came beside the text, and says why when it cannot", async () => {
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    const problem = (status, detail) => ({
      status,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "invalid", detail }),
    });
    await page.route("**/api/v1/media/*/*", (route) =>
      route.request().url().endsWith("/0")
        ? route.fulfill({ contentType: "image/png", body: png })
        : route.fulfill(problem(413, "the file is too large")),
    );
    await phone(urls.sandbox, grace).write("Look at this", [
      `${urls.sandbox}/one.png`,
      `${urls.sandbox}/two.jpg`,
      `${urls.sandbox}/bill.pdf`,
    ]);
    const line = page.locator("[data-message]").filter({ hasText: "Look at this" });
    await line.getByText("Too large to show here.").waitFor();
    await line.getByRole("link", { name: "Download: bill.pdf" }).waitFor();
    await line.getByRole("button", { name: "Show the picture large" }).click();
    const large = page.getByRole("dialog", { name: "one.png" });
    await large.getByRole("img").waitFor();
    await inspect(page, "talk-picture", { at: [1440, 390] });
    await page.keyboard.press("Escape");
    await large.waitFor({ state: "detached" });
    await inspect(page, "talk-media", { at: [1440, 390] });
    await page.unroute("**/api/v1/media/*/*");
  });

  it("opens earlier conversations beside the one that is open", async () => {
    await aside();
    await page.keyboard.press("e");
    await page.getByRole("radio", { name: "Solved", exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await owner("Resolved").waitFor();
    await phone(urls.sandbox, grace).write("Another question: where are your shops?");
    await until("the new conversation", async () => {
      const { items } = await asked(page, "GET", "/conversations?view=all");
      const fresh = items.find((c) => !address.endsWith(c.id));
      if (fresh) await page.goto(`${urls.desk}/conversations/${fresh.id}`);
      return fresh;
    });
    const pane = page.getByRole("complementary", { name: "Person" });
    await pane.getByRole("button", { name: /Solved/ }).click();
    await pane.getByText("drop it off at any shop").waitFor();
    await inspect(page, "talk-past", { at: [1440] });
    await pane.getByRole("link", { name: "Open it" }).click();
    await until("the earlier one", () => page.url().startsWith(address));
  });

  it("opens ten thousand lines at their end, and reads upward page by page", async () => {
    const total = 10_000;
    const line = (seq) => ({
      id: `line-${seq}`,
      seq,
      direction: seq % 3 ? "in" : "out",
      author: seq % 3 ? "customer" : "bot",
      text: `Line ${seq}. ${"Words and more words. ".repeat(seq % 7)}`,
      media: [],
      layout: "text",
      choices: [],
      at: new Date(Date.now() - (total - seq) * 60_000).toISOString(),
      status: seq % 3 ? "received" : "accepted",
    });
    const asks = [];
    await page.route("**/messages?*", (route) => {
      const before = Number(new URL(route.request().url()).searchParams.get("before") ?? total + 1);
      asks.push(before);
      const from = Math.max(1, before - 100);
      route.fulfill({ json: { items: Array.from({ length: before - from }, (_, i) => line(from + i)), more: from > 1 } });
    });
    await page.goto(address);
    await page.getByText("Line 10000.").waitFor();
    // The newest page alone is enough to begin with.
    assert.deepEqual(new Set(asks), new Set([total + 1]));
    asks.length = 0;
    const list = page.getByRole("list", { name: "Messages of this conversation" });
    for (let turn = 0; turn < 60 && asks.length < 5; turn++) {
      await list.hover();
      await page.mouse.wheel(0, -3000);
      await page.waitForTimeout(30);
    }
    assert.ok(asks.length >= 5, `${asks.length} pages were read`);
    // Few lines are in the page, however many were read.
    assert.ok((await page.locator("[data-message]").count()) < 100);
    await page.getByRole("button", { name: "Go to the newest message" }).click();
    await page.getByText("Line 10000.").waitFor();
    await page.unroute("**/messages?*");
  });

  it("works in French, at twice the size", async () => {
    const french = await open(await startBrowser(), undefined, { language: "fr", expect: [/401/] });
    await logIn(french, urls.desk, agent);
    await french.goto(address);
    // It opens at its end; the handover stands further up.
    await french.locator("[data-message]").last().hover();
    const moment = french.getByRole("note").filter({ hasText: "Confiée à des personnes" });
    await until("the handover", async () => {
      await french.mouse.wheel(0, -300);
      return moment.isVisible();
    });
    await inspect(french, "talk-french", { at: pictured });
    // What 200 % makes of a window of 1440 by 900.
    await french.setViewportSize({ width: 720, height: 450 });
    await french.getByRole("button", { name: "Rouvrir" }).waitFor();
    const overflow = await french.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${overflow} px too wide`);
    french.clean();
    await french.close();
    page.clean();
    other.clean();
  });
});
