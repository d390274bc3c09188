// People in the desk against the real program: a customer on the phone page, agents on the other side.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { ada, agent2, call, grace, inspect, line, logIn, open, phone, startBrowser, startParley, taken, until } from "./harness.js";

describe("people", () => {
  let urls;
  let browser;
  let page; // the agent's
  let customer; // the phone page
  const pictured = [1440, 1024, 390];
  const device = (number) => customer.locator(`[data-phone="${number}"]`);
  const box = (on = page) => on.getByRole("textbox", { name: "Reply to the customer" });
  const lines = (text, on = page) => on.locator("[data-message]").filter({ hasText: text });
  const owner = (text) => page.locator("header").getByText(text, { exact: true });
  const replies = async (number, text) =>
    (await phone(urls.sandbox, number).messages()).filter((m) => m.direction === "out" && m.text.includes(text));

  async function write(number, text) {
    await device(number).getByRole("textbox").fill(text);
    await device(number).getByRole("textbox").press("Enter");
  }

  /** Lets nothing be assigned to who is logged in: what is taken here is taken by hand. */
  async function stepAside(on) {
    const status = await on.evaluate(async () => {
      const { csrfToken } = await (await fetch("/api/v1/session")).json();
      const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrfToken };
      const body = JSON.stringify({ presence: "away" });
      return (await fetch("/api/v1/me/presence", { method: "PUT", headers, body })).status;
    });
    assert.ok(status < 300, `presence: ${status}`);
  }

  before(async () => {
    urls = await startParley("--fast");
    browser = await startBrowser();
    customer = await open(browser, urls.sandbox, { phone: grace });
    page = await open(browser, undefined, { expect: [/401/, /409/, /ERR_FAILED .*replies/] });
    await logIn(page, urls.desk);
    await stepAside(page);
  });

  it("brings a customer who asks for a person into the queue, live", async () => {
    await page.getByRole("button", { name: "Queue", exact: true }).click();
    await page.getByText("Nobody waits in the queue").waitFor();
    await write(grace, "I want to talk to a person");
    await page.getByRole("link", { name: /Grace/ }).click();
    await page.getByRole("note").filter({ hasText: "Handed over to people" }).waitFor();
    await page.getByText("You take it from the queue.").waitFor();
    await inspect(page, "people-queue", { at: pictured });
  });

  it("sends a reply with the keyboard alone, and the phone receives it", async () => {
    await page.keyboard.press("r");
    await page.keyboard.type("Hello Grace, this is Sam 🙂");
    await page.keyboard.press("Enter");
    await page.keyboard.type("What can I do for you?");
    await page.keyboard.press("Control+Enter");
    await lines("this is Sam").waitFor();
    assert.equal(await box().inputValue(), "");
    await device(grace).locator("[data-message]").filter({ hasText: "What can I do for you?" }).waitFor();
    await lines("this is Sam").getByText(taken).waitFor();
    await owner("You").waitFor();
    await page.getByRole("note").filter({ hasText: "You took the conversation" }).waitFor();
    assert.equal((await replies(grace, "this is Sam")).length, 1);
    assert.equal(await lines("this is Sam").count(), 1);
  });

  it("keeps the bot silent while a person has the conversation", async () => {
    const before = (await phone(urls.sandbox, grace).messages()).length;
    await write(grace, "What are your opening hours?");
    await lines("What are your opening hours?").waitFor();
    // The reply that follows shows that the turn in between was the customer's alone.
    await box().fill("We open at nine.");
    await page.keyboard.press("Control+Enter");
    await device(grace).locator("[data-message]").filter({ hasText: "We open at nine." }).waitFor();
    const after = await phone(urls.sandbox, grace).messages();
    assert.deepEqual(
      after.slice(before).map((m) => m.text),
      ["What are your opening hours?", "We open at nine."],
    );
    await inspect(page, "people-agent", { at: pictured });
  });

  it("keeps the draft over navigation and reload", async () => {
    await box().fill("A draft that must not be lost");
    await phone(urls.sandbox, ada).write("Je veux parler à quelqu’un");
    await page.getByRole("link", { name: "Conversations" }).click();
    await page.getByRole("button", { name: "All", exact: true }).click();
    await page.getByRole("link", { name: /Ada/ }).click();
    await page.getByRole("heading", { name: "Ada" }).first().waitFor();
    assert.equal(await box().inputValue(), "");
    await page.getByRole("link", { name: /Grace/ }).click();
    await until("the draft", async () => (await box().inputValue()) === "A draft that must not be lost");
    await page.reload();
    await until("the draft", async () => (await box().inputValue()) === "A draft that must not be lost");
    await box().fill("");
  });

  it("grows to eight lines and says in how many messages a long text leaves", async () => {
    const height = async () => (await box().boundingBox()).height;
    const one = await height();
    await box().fill(Array.from({ length: 5 }, (_, i) => `line ${i}`).join("\n"));
    const five = await height();
    assert.ok(five > one + 60, `${one} then ${five}`);
    await box().fill("A sentence of some length. ".repeat(200));
    assert.ok((await height()) <= 8 * 20 + 12 + 1);
    await page.getByText("2 messages, about 6 s apart.").waitFor();
    await inspect(page, "people-long", { at: [1440, 390] });
    await box().fill("x".repeat(8001));
    await page.getByText("1 character too many").waitFor();
    await page.keyboard.press("Control+Enter");
    assert.equal((await box().inputValue()).length, 8001);
    await box().fill("");
  });

  it("hands back, and the bot answers again and says that it is automated", async () => {
    await page.locator("body").click({ position: { x: 5, y: 400 } });
    await page.keyboard.press("b");
    await page.getByLabel("What was promised to the customer (optional)").fill("A parcel by Friday");
    await page.keyboard.press("Enter");
    await owner("Bot").waitFor();
    await page.getByRole("note").filter({ hasText: "You handed back to the bot" }).waitFor();
    await page.getByText("You take over from the bot.").waitFor();
    await write(grace, "What are your opening hours?");
    const answer = await until("the bot's answer", async () => (await replies(grace, "Monday to Friday"))[0]);
    assert.match(answer.text, /automated assistant/);
    await lines("Monday to Friday").waitFor();
  });

  it("lets exactly one of two agents answer at once, and asks the other", async () => {
    // Somebody else, so in a browser of their own.
    const other = await open(await startBrowser(), undefined, { expect: [/401/, /409/] });
    await logIn(other, urls.desk, agent2);
    await stepAside(other);
    await other.goto(page.url());
    await box(other).fill("Answer from the other desk");
    await box().fill("Answer from this desk");
    await Promise.all([
      page.getByRole("button", { name: "Send", exact: true }).click(),
      other.getByRole("button", { name: "Send", exact: true }).click(),
    ]);
    const asked = await until("one to be asked", async () => {
      for (const p of [page, other]) if (await p.getByRole("button", { name: "Send anyway" }).isVisible()) return p;
    });
    const won = asked === page ? other : page;
    assert.equal(await won.getByRole("button", { name: "Send anyway" }).count(), 0);
    const sent = await until("one to arrive", async () => {
      const list = await replies(grace, "Answer from");
      return list.length > 0 && list;
    });
    assert.equal(sent.length, 1);
    assert.match(await box(asked).inputValue(), /^Answer from/);
    await asked.bringToFront();
    await inspect(asked, "people-asked", { at: pictured });
    // Read, thought about, and sent all the same.
    await asked.getByRole("button", { name: "Send anyway" }).click();
    await until("both to arrive", async () => (await replies(grace, "Answer from")).length === 2);
    assert.equal(await box(asked).inputValue(), "");
    await asked.getByText("since you began").waitFor({ state: "detached" });
    for (const p of [page, other]) await until("both rows", async () => (await lines("Answer from", p).count()) === 2);
    other.clean();
    await other.close();
    await page.bringToFront();
  });

  it("goes on editing after the new lines were read", async () => {
    await box().fill("Half a thought");
    await write(grace, "Wait, one more thing");
    await page.getByText("1 new line since you began.").waitFor();
    await box().press("Control+Enter");
    await page.getByRole("button", { name: "Keep editing" }).click();
    assert.equal(await box().inputValue(), "Half a thought");
    await page.keyboard.type(" made whole");
    await page.keyboard.press("Control+Enter");
    await until("the reply", async () => (await replies(grace, "Half a thought made whole")).length === 1);
  });

  it("gives the text back when the gateway does not answer, and sends it once", async () => {
    const cable = await line(urls.desk);
    const here = new URL(page.url()).pathname;
    await page.route("**/replies", async (route) => {
      // The gateway takes the reply, and the answer is lost on the way back.
      await route.fetch();
      await route.abort();
    });
    await box().fill("Sent into the dark");
    await box().press("Control+Enter");
    await until("the reply at the phone", async () => (await replies(grace, "Sent into the dark")).length === 1);
    // The row comes over the live line, and the text does not stay to be sent again.
    await lines("Sent into the dark").waitFor();
    await until("an empty box", async () => (await box().inputValue()) === "");
    await page.unroute("**/replies");

    const far = await open(browser, undefined, { expect: [/401/, /ERR_/] });
    await logIn(far, cable.url);
    await far.goto(cable.url + here);
    await box(far).fill("Sent through a broken cable");
    cable.cut();
    await box(far).press("Control+Enter");
    const notice = far.getByRole("alert").filter({ hasText: "The gateway does not answer" });
    await notice.waitFor();
    assert.equal(await box(far).inputValue(), "Sent through a broken cable");
    await inspect(far, "people-failed", { at: [1440, 390] });
    cable.mend();
    await notice.getByRole("button", { name: "Try again" }).click();
    await until("the reply", async () => (await replies(grace, "Sent through a broken cable")).length === 1);
    await notice.waitFor({ state: "detached" });
    far.clean();
    await far.close();
  });

  it("says so when somebody was faster to change the owner", async () => {
    await page.bringToFront();
    let first = true;
    await page.route("**/owner", async (route) => {
      if (first) {
        first = false;
        // A colleague takes it between the look and the click.
        await route.fetch({ postData: JSON.stringify({ ...route.request().postDataJSON(), kind: "accept" }) });
      }
      await route.continue();
    });
    const handBack = async () => {
      await page.getByRole("button", { name: "Hand back to the bot" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Hand back", exact: true }).click();
    };
    await handBack();
    const notice = page.getByRole("alert").filter({ hasText: "Not handed back." });
    await notice.getByText("Somebody else was faster").waitFor();
    await inspect(page, "people-conflict", { at: [1440] });
    await notice.getByRole("button", { name: "Dismiss" }).click();
    await notice.waitFor({ state: "detached" });
    await page.unroute("**/owner");
    await handBack();
    await owner("Bot").waitFor();
    await page.getByRole("button", { name: "Take over" }).click();
    await owner("You").waitFor();
    // The button has gone; the focus is where one goes on.
    assert.ok(await box().evaluate((el) => el === document.activeElement));
  });

  it("resolves, opens again, and a new message after that begins a new conversation", async () => {
    await page.locator("body").click({ position: { x: 5, y: 400 } });
    await page.keyboard.press("e");
    await page.getByRole("radio", { name: "Solved", exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await owner("Resolved").waitFor();
    await page.getByText("Resolved. When the customer writes again").waitFor();
    assert.equal(await box().count(), 0);
    await inspect(page, "people-resolved", { at: pictured });
    await page.keyboard.press("o");
    await owner("Bot").waitFor();
    await box().waitFor();
    // Whatever has the focus now, a key is a key again; one that came too early is pressed once more.
    await until("the outcomes", async () => {
      await page.locator("body").click({ position: { x: 5, y: 400 } });
      await page.keyboard.press("e");
      await page.waitForTimeout(300);
      return page.getByRole("radio", { name: "Not solved" }).isVisible();
    });
    await page.getByRole("radio", { name: "Not solved" }).check();
    await page.keyboard.press("Enter");
    await owner("Resolved").waitFor();
    const old = page.url();
    await write(grace, "Where is my parcel?");
    const rows = page.getByRole("link", { name: /Grace/ });
    await until("a second conversation", async () => (await rows.count()) === 2);
    await rows.first().click();
    await until("its address", () => page.url() !== old);
    await lines("Where is my parcel?").waitFor();
    assert.equal(await lines("this is Sam").count(), 0);
  });

  it("shows its keys, and speaks French", async () => {
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).getByText("Hand back to the bot").waitFor();
    await inspect(page, "people-keys", { at: [1440, 390] });
    await page.keyboard.press("Escape");
    const french = await open(browser, page.url(), { language: "fr" });
    await french.getByText("Vous prenez la main au bot.").waitFor();
    await french.getByRole("button", { name: "Prendre la main" }).click();
    await french.locator("header").getByText("Vous", { exact: true }).waitFor();
    await inspect(french, "people-french", { at: pictured });
    french.clean();
    await french.close();
  });

  it("says when the window closes, and that it has, by the gateway's clock", async () => {
    const move = (advance) => call(`${urls.sandbox}/sandbox/clock`, "POST", { advance });
    await page.getByRole("link", { name: /Grace/ }).first().click();
    await box().waitFor();
    await move("22h30m");
    await page.getByText(/^The window closes in 1\sh/).waitFor();
    assert.equal(await box().isEditable(), true);
    await inspect(page, "people-closing", { at: [1440] });
    await move("2h30m");
    await page.getByText(/^The 24-hour window closed at \d\d:\d\d/).waitFor();
    await box().waitFor({ state: "detached" });
    await inspect(page, "people-closed", { at: [1440, 390] });
    // A page that is opened later knows the time as well.
    await page.reload();
    await page.getByText(/^The 24-hour window closed at \d\d:\d\d/).waitFor();
    page.clean();
    customer.clean();
  });
});
