// The shell and the list of the inbox against the real program: views, many at once, the palette, news, presence.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { ada, call, grace, inspect, logIn, open, phone, startBrowser, startParley, supervisor, until } from "./harness.js";

const linus = "+15550000007";

describe("inbox", () => {
  let urls;
  let browser;
  let page;
  const pictured = [1440, 1024, 390];
  const tab = (name, on = page) => on.getByRole("button", { name, exact: true });
  const row = (name, on = page) => on.getByRole("link", { name });
  const boxes = () => page.getByRole("checkbox", { checked: true });
  const palette = async (text) => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Find anything, do anything" }).fill(text);
  };

  /** Records what the page would show on the desktop. */
  function recordNotifications() {
    globalThis.shown = [];
    globalThis.Notification = class {
      static permission = "granted";
      static requestPermission = async () => "granted";
      constructor(title, options) {
        globalThis.shown.push({ title, ...options });
      }
      close() {}
    };
  }

  before(async () => {
    urls = await startParley("--fast");
    browser = await startBrowser();
    await call(`${urls.sandbox}/sandbox/phones`, "POST", { phone: linus, name: "Linus", language: "en" });
    for (const [number, text] of [
      [grace, "What are your opening hours?"],
      [ada, "Où est mon colis ?"],
      [linus, "I want to talk to a person"],
    ]) {
      await phone(urls.sandbox, number).write(text);
      await phone(urls.sandbox, number).reply();
    }
    page = await open(browser, undefined, { expect: [/401/] });
    await page.addInitScript(recordNotifications);
    await logIn(page, urls.desk, supervisor);
    // Whoever is there is given what waits.
    await page.evaluate(async () => {
      const { csrfToken } = await (await fetch("/api/v1/session")).json();
      await fetch("/api/v1/me/presence", {
        method: "PUT",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": csrfToken },
        body: JSON.stringify({ presence: "online" }),
      });
    });
    await row(/Linus|15550000007/).waitFor();
  });

  it("keeps view and filter in the address: the back button undoes them", async () => {
    // The desk gives what waits to whoever comes first: that is this page.
    await tab("Mine").click();
    await row(/Grace/).waitFor({ state: "detached" });
    assert.match(page.url(), /\?view=mine$/);
    await row(/Linus|15550000007/).click();
    await page.getByRole("heading", { name: /Linus|15550000007/ }).first().waitFor();
    assert.match(page.url(), /\/conversations\/[\w-]+\?view=mine$/);
    await page.reload();
    await row(/Linus|15550000007/).waitFor();
    assert.equal(await tab("Mine").getAttribute("aria-pressed"), "true");
    await tab("All").click();
    await row(/Grace/).waitFor();
    await page.goBack();
    await row(/Grace/).waitFor({ state: "detached" });
    await page.goBack();
    await page.getByText("Choose a conversation").waitFor();
    await tab("All").click();
    await page.keyboard.press("f");
    const filters = page.getByRole("dialog", { name: "Filter and sort" });
    await filters.getByLabel("Language").selectOption("fr");
    await row(/Grace/).waitFor({ state: "detached" });
    await row(/Ada/).waitFor();
    await inspect(page, "inbox-filter", { at: pictured });
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Without: French" }).click();
    await row(/Grace/).waitFor();
  });

  it("saves a view, finds it, renames it and deletes it", async () => {
    await tab("Queue").click();
    await page.keyboard.press("v");
    await page.getByRole("button", { name: "Save this view" }).click();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Give the view a name.").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("Who waits");
    await page.getByLabel("Share with everybody").click();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: /^Who waits/ }).first().waitFor();
    await inspect(page, "inbox-views", { at: pictured });
    await page.keyboard.press("Escape");
    await tab("All").click();
    await palette("whow");
    await page.getByRole("option", { name: /Who waits/ }).waitFor();
    await page.keyboard.press("Enter");
    await until("the saved view", () => /view=queue/.test(page.url()));
    await page.keyboard.press("v");
    await page.getByRole("button", { name: "Change “Who waits”" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Waiting");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Change “Waiting”" }).click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Change “Waiting”" }).waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await tab("All").click();
  });

  it("does one thing to many, and keeps those selected on which it did not work", async () => {
    await row(/Linus|15550000007/).click();
    await page.getByRole("group", { name: "What to do with this conversation" }).waitFor();
    await page.keyboard.press("e");
    await page.getByRole("button", { name: "Solved" }).or(page.getByRole("radio", { name: "Solved" })).first().click();
    const resolve = page.getByRole("dialog").getByRole("button", { name: "Resolve", exact: true });
    if (await resolve.isVisible().catch(() => false)) await resolve.click();
    await page.locator("header").getByText("Resolved", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Choose a conversation").waitFor();
    await page.keyboard.press("Shift+X");
    await until("three selected", async () => (await boxes().count()) === 3);
    const bar = page.getByRole("group", { name: "What to do with the selected conversations" });
    await bar.getByText("3 selected").waitFor();
    await inspect(page, "inbox-selected", { at: pictured });
    await bar.getByRole("button", { name: "Tags" }).click();
    await page.getByRole("combobox", { name: "Tags" }).fill("sale");
    await page.keyboard.press("Enter");
    await bar.getByText("Done: 3 conversations.").waitFor();
    await page.getByRole("listitem").filter({ hasText: "sale" }).nth(2).waitFor();
    await page.keyboard.press("Shift+X");
    await bar.getByRole("button", { name: "Take over" }).click();
    await bar.getByText("1 did not work: it stays selected, with the reason.").waitFor();
    assert.equal(await boxes().count(), 1);
    await page.getByRole("listitem").filter({ has: page.getByRole("checkbox", { checked: true }) }).getByText(/Linus|15550000007/).waitFor();
    await inspect(page, "inbox-failed", { at: pictured });
    await bar.getByRole("button", { name: "Clear the selection" }).click();
    await tab("Mine").click();
    await row(/Grace/).waitFor();
    await row(/Ada/).waitFor();
    await page.getByRole("checkbox", { name: "Select Ada" }).dispatchEvent("click");
    await row(/Grace/).click({ modifiers: ["Shift"] });
    await until("both selected", async () => (await boxes().count()) === 2);
    await bar.getByRole("button", { name: "Clear the selection" }).click();
    await bar.waitFor({ state: "detached" });
  });

  it("finds and does everything from the palette, by keyboard alone", async () => {
    await tab("All").click();
    await palette("grac");
    await page.getByRole("option", { name: /^Grace/ }).waitFor();
    await inspect(page, "inbox-palette", { at: pictured });
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Grace" }).first().waitFor();
    await palette("theme dark");
    await page.keyboard.press("Enter");
    await until("the dark theme", async () => (await page.locator("html").getAttribute("data-theme")) === "dark");
    await palette("theme system");
    await page.keyboard.press("Enter");
    await palette("write a reply");
    await page.keyboard.press("Enter");
    await until("the box to have the focus", () =>
      page.evaluate(() => document.activeElement?.matches("textarea") === true),
    );
    await palette("no such thing at all");
    await page.getByText("Nothing is called that").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("body").click({ position: { x: 5, y: 400 } });
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await until("the setup page", () => /\/setup/.test(page.url()));
    await page.keyboard.press("g");
    await page.keyboard.press("i");
    await row(/Grace/).waitFor();
  });

  it("tells what is new once for all tabs, and counts it in the title", async () => {
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("switch", { name: "Desktop notifications" }).click();
    await inspect(page, "inbox-account", { at: [1440, 390] });
    await page.keyboard.press("Escape");
    const second = await open(browser, undefined);
    await second.addInitScript(recordNotifications);
    await second.goto(urls.desk);
    await row(/Grace/, second).waitFor();
    // Mine is known to a tab once it has read what is mine.
    await second.waitForLoadState("networkidle").catch(() => {});
    await phone(urls.sandbox, grace).write("Are you still there?");
    const shown = async () => [...(await page.evaluate(() => globalThis.shown)), ...(await second.evaluate(() => globalThis.shown))];
    const news = await until("a notification", async () => {
      const all = await shown();
      return all.length > 0 && all;
    });
    assert.deepEqual(
      news.map((n) => [n.title, n.body]),
      [["Grace answered", "Are you still there?"]],
    );
    for (const p of [page, second]) await until("the title to count", async () => (await p.title()) === "(1) Parley desk");
    await row(/Grace/).click();
    await page.locator("[data-message]").filter({ hasText: "Are you still there?" }).waitFor();
    for (const p of [page, second]) await until("nothing to be new", async () => (await p.title()) === "Parley desk");
    await phone(urls.sandbox, grace).write("Hello?");
    await page.locator("[data-message]").filter({ hasText: "Hello?" }).waitFor();
    await phone(urls.sandbox, ada).write("Bonjour ?");
    await until("the next notification", async () => (await shown()).length > 1);
    assert.deepEqual(
      (await shown()).map((n) => n.title).sort(),
      ["Ada answered", "Grace answered"],
    );
    second.clean();
    await second.close();
  });

  it("says what I am to others, and what I want to be", async () => {
    const account = page.getByRole("button", { name: /^Account/ });
    await until("online", async () => (await account.getAttribute("aria-label")) === "Account, Online");
    await account.click();
    await page.getByRole("radio", { name: /Away/ }).click();
    await page.getByText("You get nothing new; you keep what you have.").waitFor();
    await page.keyboard.press("Escape");
    await until("away", async () => (await account.getAttribute("aria-label")) === "Account, Away");
    await page.reload();
    await until("still away", async () => (await account.getAttribute("aria-label")) === "Account, Away");
    await page.getByRole("button", { name: /^Colleagues/ }).click();
    await page.getByRole("dialog", { name: "Colleagues" }).getByText("Ben Agent").waitFor();
    await inspect(page, "inbox-colleagues");
    await page.keyboard.press("Escape");
    page.clean();
  });
});
