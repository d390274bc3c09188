// Teaching the bot, against the real program: from a customer's question to an answer of the bot's.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { ada, agent, grace, inspect, logIn, open, phone, startBrowser, startParley, supervisor, until } from "./harness.js";

const question = "Do you wrap presents for birthdays?";
const answer = "Yes. Choose gift wrapping in the basket; it costs 3 €.";

describe("learning", () => {
  let urls;
  let page; // the agent's
  let boss; // the supervisor's
  const pictured = [1440, 1024, 390];
  const customer = () => phone(urls.sandbox, grace);
  const sheet = (on = page) => on.getByRole("dialog");

  before(async () => {
    urls = await startParley("--fast");
    page = await open(await startBrowser(), undefined, { expect: [/401/, /422/] });
    await logIn(page, urls.desk, agent);
    boss = await open(await startBrowser(), undefined, { expect: [/401/, /ERR_FAILED/] });
    await logIn(boss, urls.desk, supervisor);
  });

  it("says what will appear while nothing was proposed", async () => {
    await boss.goto(`${urls.desk}/learning`);
    await boss.getByText("Nothing to review").waitFor();
    await inspect(boss, "learning-empty", { at: pictured });
  });

  it("shows the knowledge as documents to read and to search", async () => {
    await boss.getByRole("button", { name: "Knowledge", exact: true }).click();
    await boss.getByLabel("Search titles, phrasings and answers").fill("opening");
    await boss.locator("summary").filter({ hasText: "English" }).first().click();
    await inspect(boss, "learning-knowledge", { at: pictured });
    await boss.getByLabel("Search titles, phrasings and answers").fill("zzzz");
    await boss.getByText("Nothing matches").waitFor();
  });

  it("reads a text as the bot would, with what it is unsure of", async () => {
    await boss.getByLabel("What a customer might write").fill("What are your opening hours?");
    await boss.keyboard.press("Enter");
    await boss.getByText("Sure enough to answer").waitFor();
    await boss.getByText("It would answer").waitFor();
    await boss.getByText("Monday to Friday").first().waitFor();
    await boss.getByLabel("What a customer might write").fill(question);
    await boss.keyboard.press("Enter");
    await until("another reading", async () => (await boss.getByText("Monday to Friday").count()) === 0);
    await inspect(boss, "learning-try", { at: [1440, 1024] });
    await boss.setViewportSize({ width: 390, height: 844 });
    await boss.getByRole("button", { name: "Try the bot" }).click();
    await sheet(boss).getByLabel("What a customer might write").waitFor();
    await inspect(boss, "learning-try-sheet", { at: [390] });
    await boss.keyboard.press("Escape");
    await boss.setViewportSize({ width: 1440, height: 900 });
  });

  it("proposes a customer's words at the line where they were written", async () => {
    await customer().write(question);
    await customer().reply();
    await page.goto(urls.desk);
    await page.getByRole("button", { name: "All", exact: true }).click().catch(() => {});
    await page.getByRole("link", { name: /Grace/ }).first().click();
    const line = page.locator("[data-message]").filter({ hasText: question }).first();
    await line.hover();
    await line.getByRole("button", { name: "Teach the bot" }).click();
    await sheet().getByRole("button", { name: "Propose" }).click();
    await sheet().getByText("Choose what they want.").waitFor();
    await sheet().getByLabel("They want").selectOption({ label: "Something the bot does not know yet" });
    await sheet().getByLabel("Short title").fill("Gift wrapping");
    await sheet().getByLabel("The bot’s answer").fill(answer);
    await inspect(page, "learning-propose", { at: pictured });
    await sheet().getByRole("button", { name: "Propose" }).click();
    await sheet().getByText("Proposed. A supervisor will review it.").waitFor();
    await page.keyboard.press("Escape");
  });

  it("lets agents see proposals and supervisors decide", async () => {
    await page.goto(`${urls.desk}/learning`);
    await page.getByText("A supervisor decides what the bot learns.").waitFor();
    await page.getByText(question).waitFor();
    assert.equal(await page.getByRole("button", { name: "Accept" }).count(), 0);
    await boss.goto(`${urls.desk}/learning`);
    const item = boss.getByRole("listitem", { name: question });
    await item.getByText("The bot reads this now as").waitFor();
    await inspect(boss, "learning-review", { at: pictured });
    await item.getByLabel("Note").fill("Good find");
    await item.getByRole("button", { name: "Accept" }).click();
    await boss.getByText("Nothing to review").waitFor();
  });

  it("shows what publishing changes before it changes", async () => {
    await boss.getByRole("button", { name: "To publish", exact: true }).click();
    await boss.getByRole("listitem", { name: question }).waitFor();
    assert.ok(await boss.getByRole("button", { name: "Publish 1 proposal" }).isDisabled());
    await boss.getByRole("button", { name: "See what it changes" }).click();
    await boss.getByRole("heading", { name: /answers? the bot was sure of/i }).waitFor({ timeout: 60_000 });
    await boss.getByRole("heading", { name: /read differently/ }).waitFor();
    await inspect(boss, "learning-effect", { at: pictured });
    const then = await boss.evaluate(async () => (await fetch("/api/v1/knowledge/intents")).json());
    assert.ok(!then.items.some((i) => i.id === "gift_wrapping"));
  });

  it("publishes, and the bot answers with what it learnt", async () => {
    await boss.getByRole("button", { name: "Publish 1 proposal" }).click();
    await boss.getByText("1 proposal published.").waitFor({ timeout: 60_000 });
    await inspect(boss, "learning-published", { at: [1440, 390] });
    await until("the new version in use", () =>
      boss.evaluate(async () =>
        (await (await fetch("/api/v1/knowledge/intents")).json()).items.some((i) => i.id === "gift_wrapping"),
      ),
    );
    await phone(urls.sandbox, "+15550000077").write(question);
    await until("the new answer", async () =>
      (await phone(urls.sandbox, "+15550000077").messages()).some((m) => m.direction === "out" && m.text.includes("gift wrapping in the basket")),
    );
    await boss.getByRole("button", { name: "Past", exact: true }).click();
    await boss.getByText(/Published, version/).waitFor();
    await boss.getByText("Good find").waitFor();
  });

  it("rejects with a reason, in French too", async () => {
    await phone(urls.sandbox, ada).write("Avez-vous un parking pour les vélos ?");
    await phone(urls.sandbox, ada).reply();
    const proposed = await page.evaluate(async () => {
      const session = await (await fetch("/api/v1/session")).json();
      const list = await (await fetch("/api/v1/conversations?view=all")).json();
      const conversation = list.items.find((c) => c.contact.name === "Ada");
      const lines = await (await fetch(`/api/v1/conversations/${conversation.id}/messages`)).json();
      const intents = await (await fetch("/api/v1/knowledge/intents")).json();
      const { id } = intents.items.find((i) => i.language === "fr");
      const response = await fetch("/api/v1/learning/proposals", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": session.csrfToken },
        body: JSON.stringify({ conversationId: conversation.id, messageId: lines.items[0].id, text: lines.items[0].text, language: "fr", intent: id }),
      });
      return response.ok || response.text();
    });
    assert.equal(proposed, true);
    await boss.evaluate(() => localStorage.setItem("parley.language", "fr"));
    const french = await open(boss.context(), `${urls.desk}/learning`, { language: "fr" });
    const item = french.getByRole("listitem", { name: /parking pour les vélos/ });
    await item.getByText("Pour l’instant, le bot comprend").waitFor();
    await inspect(french, "learning-fr", { at: [1440, 390] });
    await item.getByLabel("Remarque").fill("Nous n’avons pas de parking.");
    await item.getByRole("button", { name: "Refuser" }).click();
    await french.getByText("Rien à examiner").waitFor();
    await french.getByRole("button", { name: "Passé", exact: true }).click();
    await french.getByText("Refusée").waitFor();
    french.clean();
    page.clean();
  });

  it("says what failed and how to go on", async () => {
    await boss.evaluate(() => localStorage.setItem("parley.language", "en"));
    await boss.route("**/api/v1/learning/proposals*", (route) => route.abort());
    await boss.goto(`${urls.desk}/learning`);
    await boss.getByText(/could not be read|n’ont pas pu être lues/).waitFor();
    await inspect(boss, "learning-error", { at: [1440] });
    await boss.unroute("**/api/v1/learning/proposals*");
    await boss.getByRole("button", { name: /Try again|Réessayer/ }).click();
    await boss.getByText(/Nothing to review|Rien à examiner/).waitFor();
    boss.clean();
  });
});
