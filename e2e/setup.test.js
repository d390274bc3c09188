// The set-up pages against the real program: routes with what came in, what to paste into Braze, and the doctor.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { admin, agent, grace, inspect, logIn, open, phone, startBrowser, startParley, supervisor, until } from "./harness.js";

const pictured = [1440, 1024, 390];
const secret = "demo-webhook-secret";

/** Posts what a webhook campaign would; resolves to the status. */
async function webhook(urls, route, body, bearer = secret) {
  const response = await fetch(`${urls.desk}/braze/inbound/${route}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${bearer}` },
    body,
  });
  await response.text();
  return response.status;
}

describe("set-up pages", () => {
  let urls;
  let browser;
  let page;
  const row = (route) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: route, exact: true }) });
  const count = (route, what) =>
    row(route)
      .locator("div")
      .filter({ has: page.locator("dt", { hasText: what }) })
      .last()
      .locator("dd > span")
      .first();

  before(async () => {
    urls = await startParley("--fast");
    browser = await startBrowser();
    page = await open(browser, undefined, { expect: [/500/, /503/, /ERR_FAILED/, /401/] });
    await logIn(page, urls.desk, admin);
  });

  it("lists the routes before anything has come in", async () => {
    await page.goto(`${urls.desk}/setup/routes`);
    await row("support").getByText("Catch-all").waitFor();
    await row("returns").getByText("Matches regex (?i)^(return|retour)s?$").waitFor();
    await row("returns").getByText("Team Returns").waitFor();
    assert.equal(await row("support").getByText("nothing heard yet").count(), 1);
    await inspect(page, "routes-quiet", { at: pictured });
  });

  it("counts what comes in: messages, copies, repairs, what cannot be read, wrong secrets", async () => {
    await phone(urls.sandbox, grace).write("What are your opening hours?");
    await phone(urls.sandbox, grace).reply();
    const said = JSON.stringify({ external_id: "copycat", dispatch_id: "0011", message_body: "Is this counted once?" });
    assert.equal(await webhook(urls, "support", said), 200);
    assert.equal(await webhook(urls, "support", said), 200);
    assert.equal(await webhook(urls, "support", '{"external_id": "quoted", "message_body": "she said "yes" to me"}'), 200);
    assert.equal(await webhook(urls, "returns", "this is no JSON"), 200);
    assert.equal(await webhook(urls, "returns", said, "a-wrong-webhook-secret"), 401);
    const shown = (route, what, n) => until(`${what} of ${route}`, async () => (await count(route, what).textContent()) === n);
    await shown("support", "Received today", "3");
    await shown("support", "Copies caught", "1");
    await shown("support", "Bodies repaired", "1");
    await shown("returns", "Unreadable", "1");
    await shown("returns", "Rejected", "1");
    await row("support").getByText("last heard now").waitFor();
    await row("support").getByText("first used today").waitFor();
    assert.ok(!(await page.content()).includes(secret));
    await inspect(page, "routes", { at: pictured });
  });

  it("says in French what it says in English", async () => {
    const french = await open(browser, `${urls.desk}/setup/routes`, { language: "fr" });
    await french.getByText("Copies écartées").first().waitFor();
    await inspect(french, "routes-fr", { at: [1440] });
    await french.close();
  });

  it("says what is wrong when the routes cannot be read, and tries again", async () => {
    const other = await open(browser, undefined, { expect: [/ERR_FAILED/] });
    await other.route("**/api/v1/routes?*", (route) => route.abort());
    await other.goto(`${urls.desk}/setup/routes`);
    await other.getByText("The routes could not be read").waitFor();
    await inspect(other, "routes-error", { at: [390] });
    await other.unroute("**/api/v1/routes?*");
    await other.getByRole("button", { name: "Try again" }).click();
    await other.getByRole("heading", { name: "support" }).waitFor();
    await other.close();
  });

  it("gives what to paste into Braze, and no secret", async () => {
    await browser.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(`${urls.desk}/setup/braze`);
    await page.getByRole("heading", { name: "The webhook campaign of route support" }).waitFor();
    const body = page.getByRole("button", { name: "Copy: Request body, Raw text" }).first();
    await body.click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /json_escape/);
    assert.match(copied, /dispatch_id/);
    await page.getByText("{{api_trigger_properties.${external_system_msg_body}}}").first().waitFor();
    await page.getByText("PARLEY_WORKSPACES_DEMO_ROUTES_SUPPORT_SECRETS").waitFor();
    await page.getByText("the message body: Matches regex").waitFor();
    assert.ok(!(await page.content()).includes(secret));
    await inspect(page, "guide", { at: pictured });
  });

  it("runs the doctor and shows each finding with its cure", async () => {
    await page.goto(`${urls.desk}/setup/doctor`);
    await page.getByText("Run the doctor to see").waitFor();
    await inspect(page, "doctor-idle", { at: [1440, 390] });
    await page.getByRole("button", { name: "Run the doctor" }).click();
    await page.getByRole("button", { name: "Run again" }).waitFor();
    const checks = page.getByRole("region", { name: "Checks" });
    await checks.getByText("broke the JSON with a quote").waitFor();
    await checks.getByText(/What to do: Filter every tag|json_escape/).first().waitFor();
    await checks.getByText("1 webhooks of the last day could not be understood").waitFor();
    await checks.getByText("The key may send campaigns.").waitFor();
    await checks.getByText("2 things lose or delay messages").waitFor();
    await checks.getByRole("heading", { name: "demo", exact: true }).waitFor();
    assert.ok(!(await page.content()).includes(secret));
    await inspect(page, "doctor", { at: pictured });
  });

  it("lights up the steps of the loop test for one's own number only", async () => {
    const loop = page.getByRole("region", { name: "Loop test" });
    await loop.getByLabel("Your number").fill("+1 555 000 0001");
    await loop.getByRole("button", { name: "Start" }).click();
    await loop.getByText("Write something to your WhatsApp number now.").waitFor();
    await inspect(page, "loop-waiting", { at: [1440, 390] });
    const other = JSON.stringify({ external_id: "stranger", phone_number: "+15559999999", message_body: "I am somebody else" });
    assert.equal(await webhook(urls, "support", other), 200);
    await phone(urls.sandbox, grace).write("Where do you deliver?");
    await loop.getByText("It arrived through route support.").waitFor();
    await loop.getByText(/The bot decided/).waitFor();
    await loop.getByText(/Braze took the answer/).waitFor();
    await loop.getByText("If your phone stays silent").waitFor();
    await loop.getByText("It is on your phone").scrollIntoViewIfNeeded();
    await inspect(page, "loop-done", { at: pictured });
    await loop.getByRole("link", { name: "Open the conversation" }).click();
    await page.getByText("Where do you deliver?").first().waitFor();
  });

  it("says the likely cause when nothing comes, and ends after three minutes", async () => {
    const other = await open(browser);
    await other.clock.install();
    await other.goto(`${urls.desk}/setup/doctor`);
    const loop = other.getByRole("region", { name: "Loop test" });
    await loop.getByLabel("Your number").fill("+1 555 999 0000");
    await loop.getByRole("button", { name: "Start" }).click();
    await loop.getByText("Write something to your WhatsApp number now.").waitFor();
    assert.equal(await loop.getByText("Likely cause").count(), 0);
    await other.clock.fastForward(35_000);
    await loop.getByText("Likely cause").waitFor();
    await loop.getByText(/Nothing arrived. Likely: the webhook campaign is not launched/).waitFor();
    await inspect(other, "loop-stuck", { at: [1440, 390] });
    await other.clock.fastForward(180_000);
    await loop.getByText("Nothing more came within three minutes.").waitFor();
    other.clean();
    await other.close();
  });

  it("says why when the doctor does not answer", async () => {
    const other = await open(browser, undefined, { expect: [/503/] });
    await other.route("**/api/v1/setup/doctor", (route) =>
      route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ code: "unavailable", detail: "The gateway is stopping." }) }),
    );
    await other.goto(`${urls.desk}/setup/doctor`);
    await other.getByRole("button", { name: "Run the doctor" }).click();
    await other.getByText("The gateway is stopping.").waitFor();
    await inspect(other, "doctor-error", { at: [390] });
    await other.close();
    page.clean();
  });

  it("shows supervisors the routes only, and agents neither", async () => {
    for (const [who, sees] of [
      [supervisor, true],
      [agent, false],
    ]) {
      const mine = await open(await startBrowser(), undefined, { expect: [/403/] });
      await logIn(mine, urls.desk, who);
      await mine.goto(`${urls.desk}/setup`);
      await mine.getByRole("link", { name: "API tokens" }).waitFor();
      assert.equal(await mine.getByRole("link", { name: "Routes" }).count(), sees ? 1 : 0);
      assert.equal(await mine.getByRole("link", { name: "Doctor" }).count(), 0);
      for (const path of ["/setup/guide", "/setup/by-hand", "/setup/loop"]) {
        assert.equal(await mine.evaluate(async (p) => (await fetch(`/api/v1${p}`)).status, path), 403, path);
      }
      assert.equal(await mine.evaluate(async () => (await fetch("/api/v1/routes")).status), sees ? 200 : 403);
    }
  });
});
