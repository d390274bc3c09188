// The supervisor's pages against the real program: who waits, what is done about it, and what the reports make of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { ada, agent2, grace, inspect, logIn, open, phone, startBrowser, startParley, supervisor, until } from "./harness.js";

describe("board and reports", () => {
  let urls;
  let page; // the supervisor's
  let colleague; // an agent's
  const pictured = [1440, 1024, 390];
  const row = (name) => page.getByRole("region", { name: "Needs somebody" }).getByRole("listitem").filter({ hasText: name });
  const big = (name) => page.locator("dl > div").filter({ hasText: name }).locator("dd > :first-child");

  /** Calls the gateway as whoever is logged in on a page. */
  const as = (on, method, path, body) =>
    on.evaluate(
      async ([m, p, b]) => {
        const session = await (await fetch("/api/v1/session")).json();
        const response = await fetch(`/api/v1${p}`, {
          method: m,
          headers: { "Content-Type": "application/json", "X-CSRF-Token": session.csrfToken },
          body: b && JSON.stringify(b),
        });
        return { status: response.status, type: response.headers.get("Content-Type"), text: await response.text() };
      },
      [method, path, body],
    );

  before(async () => {
    urls = await startParley("--fast");
    page = await open(await startBrowser(), undefined, { expect: [/401/, /409/, /422/] });
    await logIn(page, urls.desk, supervisor);
    // Whoever is there is given what waits; here it has to wait.
    assert.equal((await as(page, "PUT", "/me/presence", { presence: "away" })).status, 200);
  });

  it("says that nobody waits, in both themes and at every width", async () => {
    await page.goto(`${urls.desk}/board`);
    await page.getByText("Conversations that need somebody appear here").waitFor();
    assert.equal(await big("Waiting").textContent(), "0");
    await inspect(page, "board-empty", { at: pictured });
  });

  it("says that there is nothing to report on yet", async () => {
    await page.goto(`${urls.desk}/reports?from=2025-01-01&to=2025-01-31`);
    await page.getByText("Nothing happened in this period").waitFor();
    await inspect(page, "reports-empty", { at: pictured });
    await page.goto(`${urls.desk}/reports?from=2024-01-01&to=2025-12-31`);
    await page.getByText("at most 400 days").waitFor();
  });

  it("shows who waits, live and most pressing first", async () => {
    await page.goto(`${urls.desk}/board`);
    await page.getByText("Conversations that need somebody appear here").waitFor();
    await phone(urls.sandbox, grace).write("I want to talk to a person");
    await row("Grace").getByText("In the queue").waitFor();
    await phone(urls.sandbox, ada).write("Je veux parler à une personne");
    await row("Ada").waitFor();
    assert.equal(await big("Waiting").textContent(), "2");
    await inspect(page, "board", { at: pictured });
  });

  it("keeps rows where they are while the pointer is on them", async () => {
    await row("Grace").hover();
    await phone(urls.sandbox, "+15550000077").write("I want to talk to a person");
    await page.getByRole("button", { name: "1 new row" }).waitFor();
    assert.equal(await row("+15550000077").count(), 0);
    await page.getByRole("button", { name: "1 new row" }).click();
    await page.mouse.move(0, 0);
    await row("+15550000077").waitFor();
  });

  it("assigns a conversation from the board to somebody who is there", async () => {
    colleague = await open(await startBrowser(), undefined, { expect: [/401/, /403/] });
    await logIn(colleague, urls.desk, agent2);
    const people = async () => JSON.parse((await as(page, "GET", "/people")).text).items;
    const ben = await until("the colleague", async () => (await people()).find((p) => p.email === agent2.email));
    // What was given to them as they came is put back, so that the board has something to do.
    await as(colleague, "PUT", "/me/presence", { presence: "away" });
    const board = JSON.parse((await as(page, "GET", "/board")).text);
    const mine = board.rows.find((r) => r.contact.name === "Ada");
    assert.ok(mine, "Ada needs somebody");
    await page.mouse.move(0, 0);
    await row("Ada").getByRole("button", { name: "Assign Ada" }).click();
    const other = mine.agent === ben.id ? "Mia Agent" : ben.name;
    await page.getByRole("menuitem", { name: new RegExp(other) }).click();
    await page.getByText(`Ada is now with ${other}.`).waitFor();
    const line = page.getByRole("region", { name: "Who is on what" }).getByRole("listitem").filter({ hasText: other });
    await line.first().getByRole("link", { name: "Ada" }).waitFor();
  });

  it("watches without being announced", async () => {
    const posts = [];
    page.on("request", (r) => r.url().endsWith("/activity") && posts.push(r.postData()));
    await row("Grace").getByRole("link", { name: /Watch quietly/ }).click();
    await page.getByRole("heading", { name: "Grace", level: 1 }).waitFor();
    assert.match(page.url(), /watch=1/);
    await page.getByText("I want to talk to a person").first().waitFor();
    // The same page announces somebody who does not watch quietly, so silence until then is no accident.
    await page.goto(page.url().replace("?watch=1", ""));
    await until("an announcement", () => posts.length > 0);
    assert.equal(posts.length, 1, `announced while watching: ${posts}`);
  });

  it("takes over from the board, and answers", async () => {
    await page.goto(`${urls.desk}/board`);
    await row("Grace").getByRole("button", { name: "Take over" }).click();
    const box = page.getByRole("textbox", { name: "Reply to the customer" });
    await box.fill("Hello Grace, this is Sol");
    await page.keyboard.press("Control+Enter");
    await until("the reply", async () => (await phone(urls.sandbox, grace).messages()).some((m) => m.text.includes("this is Sol")));
  });

  it("reports what happened, readable with the keyboard and as a table", async () => {
    await page.goto(`${urls.desk}/reports`);
    await page.getByText("How often was the bot enough?").waitFor();
    await until("the numbers", async () => {
      const { text } = await as(page, "GET", "/reports");
      const { totals } = JSON.parse(text);
      return totals.handoffs >= 3 && totals.answered >= 1 && totals.messagesAgent >= 1;
    });
    await page.reload();
    await page.getByRole("heading", { name: "3 conversations" }).waitFor();
    await page.getByRole("heading", { name: "Mostly: Asked for a person" }).waitFor();
    const chart = page.getByRole("slider", { name: "Conversations that began, by day" });
    await chart.focus();
    assert.match(await chart.getAttribute("aria-valuetext"), /Began 3$/);
    await page.keyboard.press("ArrowLeft");
    assert.match(await chart.getAttribute("aria-valuetext"), /Began 0$/);
    await inspect(page, "reports", { at: pictured });
    const card = page.getByRole("region", { name: /3 conversations/ });
    await card.getByRole("button", { name: "Show as a table" }).click();
    assert.equal(await card.getByRole("row").count(), 29);
    await page.getByLabel("Compare with the time before").check();
    await page.getByText("Before: 0 conversations").waitFor();
    assert.match(page.url(), /compare=1/);
  });

  it("gives every table as CSV", async () => {
    const link = page.getByRole("region", { name: /wrote.*repl/ }).getByRole("link", { name: "Save as CSV" });
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const text = readFileSync(await download.path(), "utf8");
    assert.match(download.suggestedFilename(), /^parley-agents-.*\.csv$/);
    assert.match(text, /^id,name,replies,engagements,/);
    assert.match(text, /,Sol Supervisor,1,1,/);
    for (const [path, words] of [
      ["/reports?from=2026-11-22&to=2026-11-01", "swap from and to"],
      ["/reports?from=yesterday", "write it as"],
      ["/reports?from=2020-01-01&to=2026-01-01", "at most 400"],
      ["/reports?tz=Mars%2FOlympus", "no time zone"],
    ]) {
      const refused = await as(page, "GET", path);
      assert.equal(refused.status, 422, path);
      assert.ok(refused.text.includes(words), refused.text);
    }
  });

  it("is closed to agents", async () => {
    for (const path of ["/board", "/reports", "/reports.csv"]) {
      assert.equal((await as(colleague, "GET", path)).status, 403, path);
    }
    assert.equal(await colleague.getByRole("link", { name: "Board" }).count(), 0);
    page.clean();
    colleague.clean();
  });
});
