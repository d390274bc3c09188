// The whole story on three pages at once, and a shift without a mouse, against the real program.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { ada, agent, agent2, asked, grace, inspect, line, logIn, open, phone, settled, startBrowser, startParley, until } from "./harness.js";

const box = (on) => on.getByRole("textbox", { name: "Reply to the customer" });
const lines = (on, text) => on.locator("[data-message]").filter({ hasText: text });
const rule = (on, text) => on.getByRole("note").filter({ hasText: text });
const owner = (on, text) => on.locator("header").getByText(text, { exact: true });

describe("one conversation, a phone and two agents", () => {
  let urls;
  let customer; // the phone page
  let a; // Ben's desk
  let b; // Mia's desk
  let address;
  const device = () => customer.locator(`[data-phone="${grace}"]`);
  const received = (text) => device().locator("[data-message]").filter({ hasText: text });
  const write = async (text) => {
    await device().getByRole("textbox").fill(text);
    await device().getByRole("textbox").press("Enter");
  };
  const replies = async (text) =>
    (await phone(urls.sandbox, grace).messages()).filter((m) => m.direction === "out" && m.text.includes(text));

  before(async () => {
    urls = await startParley("--fast");
    customer = await open(await startBrowser(), urls.sandbox, { phone: grace });
    a = await open(await startBrowser(), undefined, { expect: [/401/, /409/] });
    await logIn(a, urls.desk, agent);
    b = await open(await startBrowser(), undefined, { expect: [/401/, /409/] });
    await logIn(b, urls.desk, agent2);
    // Ben begins to work: what is handed over is given to him.
    await a.keyboard.press("Control+k");
    await a.keyboard.type("status online");
    await a.keyboard.press("Enter");
    await a.getByRole("button", { name: /Online/ }).first().waitFor();
  });

  it("is answered by the bot", async () => {
    await write("What are your opening hours?");
    await received("Monday to Friday").waitFor();
  });

  it("reaches an agent with all that is known, at once", async (t) => {
    await write("My order is 1234567. I want to talk to a person");
    await received("A person takes over").or(received("gives it to a person")).or(received("Ben Agent")).first().waitFor();
    const asked = await lines(customer, "I want to talk to a person").count();
    assert.equal(asked, 1);
    await a.getByRole("link", { name: /Grace/ }).click();
    const moment = rule(a, "Handed over to people");
    await moment.getByText("The customer asked for a person").waitFor();
    await moment.getByText("1234567").first().waitFor();
    await owner(a, "You").waitFor();
    address = a.url();
    // How long it took, by the clock of the one machine: from the message to its line on the open page.
    const times = [];
    for (let i = 0; i < 5; i++) {
      const text = `and something more, ${i}`;
      const start = performance.now();
      await phone(urls.sandbox, grace).write(text);
      await lines(a, text).waitFor();
      times.push(Math.round(performance.now() - start));
    }
    t.diagnostic(`from the phone to the agent's page, through Braze's webhook: ${times.join(", ")} ms`);
  });

  it("is answered by Ben, while Mia is told that he does", async () => {
    await b.goto(address);
    await box(b).waitFor();
    await box(a).fill("I look into it");
    await b.getByText("Ben Agent is typing a reply too.").waitFor();
    await inspect(b, "shift-typing", { at: [1440, 390] });
    await box(a).press("Control+Enter");
    await received("I look into it").waitFor();
    await lines(b, "I look into it").waitFor();
  });

  it("lets one of two answers go that leave at once, and asks about the other", async () => {
    await box(a).fill("Answer from Ben");
    await box(b).fill("Answer from Mia");
    await Promise.all([a, b].map((p) => p.getByRole("button", { name: "Send", exact: true }).click()));
    const asked = await until("one to be asked", async () => {
      for (const p of [a, b]) if (await p.getByRole("button", { name: "Send anyway" }).isVisible()) return p;
    });
    await until("the other to arrive", async () => (await replies("Answer from")).length === 1);
    await asked.getByRole("button", { name: "Keep editing" }).click();
    await box(asked).fill("");
    assert.equal((await replies("Answer from")).length, 1);
    // Whoever won has the conversation; Ben goes on.
    const take = a.getByRole("button", { name: "Take over" });
    await owner(a, "You").or(take).waitFor();
    if (await take.isVisible()) await take.click();
    await owner(a, "You").waitFor();
    await owner(b, "Ben Agent").waitFor();
  });

  it("goes back to the bot, which knows what was promised", async () => {
    await a.bringToFront();
    await a.getByRole("button", { name: "Hand back to the bot" }).click();
    await a.getByLabel("What was promised to the customer (optional)").fill("A parcel by Friday");
    await a.keyboard.press("Enter");
    await owner(a, "Bot").waitFor();
    await write("What did your colleague promise?");
    await received("A parcel by Friday").waitFor();
    await lines(b, "A parcel by Friday").waitFor();
  });

  it("is resolved, and the customer says how it was", async () => {
    await write("I want to talk to a person");
    await owner(a, "You").waitFor();
    await box(a).fill("It is on its way.");
    await box(a).press("Control+Enter");
    await received("It is on its way.").waitFor();
    await a.getByRole("button", { name: "Resolve" }).first().click();
    await a.getByRole("radio", { name: "Solved", exact: true }).check();
    await a.keyboard.press("Enter");
    await owner(a, "Resolved").waitFor();
    await received("5. Very good").waitFor({ timeout: 30_000 });
    await write("5");
    await rule(a, "The customer rated the help 5 of 5").waitFor();
    await inspect(a, "shift-rated", { at: [1440, 1024, 390] });
    await inspect(customer, "shift-phone", { at: [1440, 390] });
    for (const p of [a, b, customer]) p.clean();
  });
});

describe("a line that was down", () => {
  const seconds = Number(process.env.PARLEY_CUT || 3);

  it("is caught up with, without loading the page again", async (t) => {
    const urls = await startParley("--fast");
    const wire = await line(urls.desk);
    const page = await open(await startBrowser(), undefined, { expect: [/401/, /ERR_/] });
    await logIn(page, wire.url);
    const customer = phone(urls.sandbox, grace);
    await customer.write("What are your opening hours?");
    await page.getByRole("button", { name: "All", exact: true }).click();
    await page.getByRole("link", { name: /Grace/ }).click();
    await lines(page, "Monday to Friday").first().waitFor();
    await page.evaluate(() => (globalThis.stillHere = true));

    wire.cut();
    await page.getByText("Reconnecting.").waitFor();
    const started = Date.now();
    // Five hundred messages of fifty people, each answered: more than a thousand events.
    const others = Array.from({ length: 50 }, (_, n) => `+1555777${String(n).padStart(4, "0")}`);
    for (let n = 0; n < 10; n++) {
      await Promise.all(others.map((number) => phone(urls.sandbox, number).write(`What are your opening hours? ${n}`)));
    }
    await customer.write("What are your opening hours on Sunday?");
    await until("all to be stored", async () => (await customer.messages()).length >= 4, 60_000);
    await new Promise((done) => setTimeout(done, Math.max(0, seconds * 1000 - (Date.now() - started))));
    wire.mend();

    const mended = performance.now();
    await lines(page, "What are your opening hours on Sunday?").waitFor();
    t.diagnostic(`right again ${Math.round(performance.now() - mended)} ms after the line was back`);
    await page.getByText("Reconnecting.").waitFor({ state: "detached" });
    await page.locator('[data-count="51"]').first().waitFor();
    for (const number of [others[0], others[49]]) {
      const listed = await asked(page, "GET", `/conversations?view=all&q=${encodeURIComponent(number)}`);
      assert.equal(listed.items.length, 1);
      await page.getByRole("searchbox", { name: "Search" }).fill(number);
      await page.getByRole("link", { name: new RegExp(number.slice(-4)) }).click();
      await lines(page, "What are your opening hours? 9").first().waitFor();
    }
    assert.equal(await page.evaluate(() => globalThis.stillHere), true);
    page.clean();
  });
});

describe("a shift with the keyboard alone", () => {
  let urls;
  let page;
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
  /** Goes on with Tab until what has the focus is what is wanted. */
  const tabTo = async (name) => {
    for (let i = 0; i < 40; i++) {
      const label = await page.evaluate(() => {
        const el = document.activeElement;
        return el?.getAttribute("aria-label") || el?.labels?.[0]?.textContent || el?.textContent || "";
      });
      if (name.test(label)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab does not come to ${name}; it is at ${await focused()}`);
  };
  /** Does something by the palette. */
  const command = async (text) => {
    await press("Control+k");
    await page.getByRole("dialog").getByRole("combobox").waitFor();
    await page.keyboard.type(text);
    await page.getByRole("option").first().waitFor();
    await press("Enter");
  };
  const heard = (number, text) =>
    until(`"${text}" at ${number}`, async () =>
      (await phone(urls.sandbox, number).messages()).some((m) => m.direction === "out" && m.text.includes(text)),
    );

  before(async () => {
    urls = await startParley("--fast");
    page = await open(await startBrowser(), urls.desk, { expect: [/401/] });
    // Nothing here is clicked: a pointer that moved would not count as the keyboard alone.
    page.mouse.click = page.mouse.down = () => assert.fail("the mouse was used");
  });

  it("logs in and says that it begins", async () => {
    await page.getByRole("button", { name: "Log in" }).waitFor();
    await tabTo(/^Email/);
    await page.keyboard.type(agent.email);
    await press("Tab");
    await page.keyboard.type(agent.password);
    await press("Enter");
    await page.getByRole("navigation").first().waitFor();
    await command("status online");
  });

  it("takes what comes, answers it, and leaves a note", async () => {
    await phone(urls.sandbox, grace).write("I want to talk to a person about order 1234567");
    await page.getByRole("link", { name: /Grace/ }).waitFor();
    await press("j", "Enter");
    await rule(page, "Handed over to people").waitFor();
    await box(page).waitFor();
    await press("r");
    await page.keyboard.type("Hello Grace, what about it?");
    await press("Control+Enter");
    await heard(grace, "what about it?");
    // Out of the field, so that letters are keys again.
    await press("Escape", "n");
    await page.keyboard.type("Looks like the parcel of last week");
    await press("Control+Enter");
    await rule(page, "Looks like the parcel of last week").waitFor();
  });

  it("tags, ranks, puts aside and takes out again", async () => {
    await press("Escape", "l");
    await page.keyboard.type("parcel");
    await press("Enter");
    await page.getByRole("button", { name: "Remove the tag parcel" }).waitFor();
    await press("Escape", "i");
    await page.getByRole("radio", { name: "Urgent" }).waitFor();
    await press("1");
    const header = page.locator("main header");
    await header.getByText("Urgent").waitFor();
    await press("z");
    await page.getByRole("button", { name: /^Tomorrow/ }).waitFor();
    await tabTo(/^Tomorrow/);
    await press("Enter");
    await header.getByText(/^Put aside until Tomorrow/).waitFor();
    await press("z");
    await page.getByRole("button", { name: "Bring it back now" }).waitFor();
    await tabTo(/^Bring it back now/);
    await press("Enter");
    await header.getByText(/^Put aside until/).waitFor({ state: "detached" });
  });

  it("answers the next customer without losing the first", async () => {
    await phone(urls.sandbox, ada).write("Je veux parler à une personne");
    await page.getByRole("link", { name: /Ada/ }).waitFor();
    await command("Ada");
    await page.getByRole("heading", { name: "Ada" }).first().waitFor();
    await box(page).waitFor();
    await press("r");
    await page.keyboard.type("Bonjour Ada, que puis-je faire pour vous ?");
    await press("Control+Enter");
    await heard(ada, "que puis-je faire");
    await press("Escape", "a");
    const dialog = page.getByRole("dialog", { name: "Assign" });
    await dialog.getByRole("combobox").waitFor();
    await page.keyboard.type("mia");
    await dialog.getByRole("option", { name: /Mia Agent/ }).waitFor();
    await press("Enter");
    await owner(page, "Mia Agent").waitFor();
  });

  it("finds the first again, hands it back, takes it, and resolves it", async () => {
    await press("Escape", "/");
    await page.keyboard.type("1234567");
    await press("Enter");
    await page.getByRole("heading", { name: "Grace" }).first().waitFor();
    await owner(page, "You").waitFor();
    await press("b");
    await page.getByLabel("What was promised to the customer (optional)").waitFor();
    await page.keyboard.type("A call on Monday");
    await press("Enter");
    await owner(page, "Bot").waitFor();
    await rule(page, "You handed back to the bot").waitFor();
    await settled(page);
    await press("t");
    await owner(page, "You").waitFor();
    await settled(page);
    await press("Escape", "e");
    await page.getByRole("radio", { name: "Solved", exact: true }).waitFor();
    await press("Enter");
    await owner(page, "Resolved").waitFor();
  });

  it("sees the other pages, asks which keys there are, and goes home", async () => {
    await press("Escape", "?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await press("Escape", "g", "l");
    await until("the learning page", () => page.url().endsWith("/learning"));
    await press("g", "i");
    await until("the inbox", () => !page.url().includes("/learning"));
    await command("status offline");
    await command("log out");
    await page.getByRole("button", { name: "Log in" }).waitFor();
    page.clean();
  });
});
