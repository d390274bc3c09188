// Who may come in, against the real program: an invitation, a password, a token, being shut out, and what the log says of it.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { admin, inspect, logIn, open, startBrowser, startParley, until } from "./harness.js";

describe("access", () => {
  let urls;
  let page; // the administrator's
  let theirs; // in the invited person's own browser
  let link;
  let secret;
  const pictured = [1440, 1024, 390];
  const password = "four random words here";
  const cleo = { email: "cleo@example.com", password };
  const asToken = (path, init = {}) =>
    fetch(`${urls.desk}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" } });

  before(async () => {
    urls = await startParley("--fast");
    page = await open(await startBrowser(), undefined, { expect: [/401/, /409/] });
    theirs = await open(await startBrowser(), undefined, { expect: [/401/, /404/, /422/] });
    await logIn(page, urls.desk, admin);
  });

  it("lists who may log in", async () => {
    await page.goto(`${urls.desk}/team`);
    await page.getByRole("button", { name: "Change Ben Agent" }).waitFor();
    await inspect(page, "access-users", { at: pictured });
  });

  it("invites somebody with a link that is shown once", async () => {
    await page.getByRole("button", { name: "Invite somebody" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("button", { name: "Make the link" }).click();
    await sheet.getByText("Write an email address.").waitFor();
    await sheet.getByLabel("Email").fill(cleo.email);
    await sheet.getByLabel("Name").fill("Cleo Colleague");
    await sheet.getByLabel("Role").selectOption("agent");
    await inspect(page, "access-invite", { at: [1440, 390] });
    await sheet.getByRole("button", { name: "Make the link" }).click();
    link = await sheet.getByLabel("Link for Cleo Colleague").inputValue();
    assert.match(link, new RegExp(`^${urls.desk}/welcome/[\\w-]{43}$`));
    await inspect(page, "access-link");
    await sheet.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Change Cleo Colleague" }).getByText("Invited").waitFor();
  });

  it("lets them choose a password and in, and the link no second time", async () => {
    await theirs.goto(link);
    await theirs.getByRole("heading", { name: "Welcome to Parley" }).waitFor();
    await theirs.getByText("Cleo Colleague, choose a password").waitFor();
    await theirs.getByLabel("Password").fill("short");
    await theirs.keyboard.press("Enter");
    await theirs.getByText("Use at least 10 characters.").waitFor();
    await inspect(theirs, "access-welcome", { at: [1440, 390] });
    await theirs.getByLabel("Password").fill(password);
    await theirs.keyboard.press("Enter");
    await theirs.getByRole("navigation").first().waitFor();
    assert.equal(new URL(theirs.url()).pathname, "/");
    await theirs.getByRole("button", { name: "Account" }).click();
    await theirs.getByText(cleo.email).waitFor();
    const other = await open(await startBrowser(), link, { expect: [/404/] });
    await other.getByText("This link does not work").waitFor();
    await inspect(other, "access-link-gone", { at: [1440, 390] });
    await other.getByRole("button", { name: "Go to the log-in" }).click();
    await other.getByRole("button", { name: "Log in" }).waitFor();
  });

  it("changes one's own password and ends a session elsewhere", async () => {
    const elsewhere = await open(await startBrowser(), undefined, { expect: [/401/] });
    await logIn(elsewhere, urls.desk, cleo);
    await theirs.goto(`${urls.desk}/setup/security`);
    await theirs.getByText("This browser").waitFor();
    await inspect(theirs, "access-security", { at: pictured });
    await theirs.getByLabel("Current password").fill("not my password");
    await theirs.getByLabel("New password").fill(`${password} anew`);
    await theirs.getByRole("button", { name: "Change it" }).click();
    await theirs.getByText("the current password is wrong").waitFor();
    await theirs.getByLabel("Current password").fill(password);
    await theirs.getByRole("button", { name: "Change it" }).click();
    await theirs.getByText("Changed. You are logged out everywhere else.").waitFor();
    await elsewhere.reload();
    await elsewhere.getByRole("button", { name: "Log in" }).waitFor();
  });

  it("gives a program a token that may do what it was made for and nothing else", async () => {
    await page.goto(`${urls.desk}/setup/tokens`);
    await page.getByText("No API tokens").waitFor();
    await inspect(page, "access-tokens-empty");
    await page.getByRole("button", { name: "Make a token" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Name").fill("Nightly export");
    await sheet.getByLabel("Read conversations and colleagues").check();
    await inspect(page, "access-token-new", { at: [1440, 390] });
    await sheet.getByRole("button", { name: "Make a token" }).click();
    secret = await sheet.getByLabel("Secret of Nightly export").inputValue();
    assert.match(secret, /^parley_pat_[\w-]{43}$/);
    await sheet.getByRole("button", { name: "Done" }).click();
    assert.equal((await asToken("/conversations")).status, 200);
    assert.equal((await asToken("/users")).status, 403);
    const body = JSON.stringify({ email: "mallory@example.com", name: "Mallory", role: "admin" });
    assert.equal((await asToken("/users/invitations", { method: "POST", body })).status, 403);
    assert.equal((await asToken("/tokens")).status, 403);
    assert.equal((await asToken("/session")).status, 403);
    await page.reload();
    await page.getByText("used now").waitFor();
    await inspect(page, "access-tokens", { at: pictured });
  });

  it("shuts somebody out at once, open page included", async () => {
    await page.goto(`${urls.desk}/team/users`);
    await page.getByRole("button", { name: "Change Cleo Colleague" }).click();
    const sheet = page.getByRole("dialog");
    await inspect(page, "access-user", { at: [1440, 390] });
    await sheet.getByRole("button", { name: "Disable", exact: true }).click();
    await sheet.getByText("Disable Cleo Colleague?").waitFor();
    await sheet.getByRole("button", { name: "Disable", exact: true }).click();
    await page.getByRole("button", { name: "Change Cleo Colleague" }).getByText("Disabled").waitFor();
    await theirs.reload();
    await theirs.getByRole("button", { name: "Log in" }).waitFor();
    await theirs.getByLabel("Email").fill(cleo.email);
    await theirs.getByLabel("Password").fill(`${password} anew`);
    await theirs.keyboard.press("Enter");
    await theirs.getByText("The email or the password is wrong").waitFor();
  });

  it("keeps the last administrator", async () => {
    await page.getByRole("button", { name: "Change Ada Admin" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("button", { name: "Disable", exact: true }).click();
    await sheet.getByRole("button", { name: "Disable", exact: true }).click();
    await sheet.getByText("this is the last administrator").waitFor();
    await sheet.getByRole("button", { name: "Close" }).click();
  });

  it("tells in the audit log who did all that", async () => {
    await page.goto(`${urls.desk}/setup/audit`);
    for (const what of ["Invited a user", "Set a password with a link", "Made an API token", "Disabled a user"])
      await page.getByRole("cell", { name: `${what} · Done` }).first().waitFor();
    const refused = page.getByRole("row").filter({ hasText: "Nightly export" }).filter({ hasText: "Refused (403)" });
    await refused.first().waitFor();
    await inspect(page, "access-audit", { at: pictured });
    await page.getByLabel("What").selectOption({ label: "Logged in" });
    await until("the failed log-in", async () => (await page.getByText("Refused (401)").count()) > 0);
    const text = await page.locator("main").innerText();
    for (const hidden of [password, secret, link.split("/").at(-1)]) assert.ok(!text.includes(hidden));
  });

  it("makes a team with business hours", async () => {
    await page.goto(`${urls.desk}/team/teams`);
    await page.getByRole("button", { name: "Add a team" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Name", { exact: true }).fill("Returns in French");
    await sheet.getByRole("checkbox", { name: /Mia Agent/ }).check();
    await sheet.getByLabel("Languages").fill("fr,");
    await sheet.getByRole("switch", { name: "Business hours" }).click();
    await sheet.getByLabel("Time zone").fill("Europe/Paris");
    await sheet.getByLabel("Monday, from").fill("18:30");
    await sheet.getByText("The end must come after the beginning.").waitFor();
    await sheet.getByLabel("Monday, from").fill("8:30");
    await sheet.getByLabel("Monday, from").press("Tab");
    assert.equal(await sheet.getByLabel("Monday, from").inputValue(), "08:30");
    await sheet.getByRole("button", { name: "Monday’s hours on all weekdays" }).click();
    await sheet.getByLabel("Date").fill("2026-12-25");
    await sheet.getByRole("button", { name: "Add", exact: true }).click();
    await inspect(page, "access-team", { at: pictured });
    await sheet.getByRole("button", { name: "Save" }).click();
    const row = page.getByRole("button", { name: "Change Returns in French" });
    await row.getByText("Europe/Paris").waitFor();
    await inspect(page, "access-teams", { at: pictured });
    await row.click();
    assert.equal(await sheet.getByLabel("Friday, from").inputValue(), "08:30");
    await sheet.getByRole("button", { name: "Close" }).click();
  });

  it("sets what a person takes and knows", async () => {
    await page.getByRole("link", { name: "Skills and capacity" }).click();
    await page.getByRole("button", { name: "Change Mia Agent" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Capacity").fill("7");
    await sheet.getByLabel("Topics").fill("returns,");
    await sheet.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Change Mia Agent" }).getByText("0 of 7").waitFor();
    await inspect(page, "access-skills", { at: pictured });
    page.clean();
    theirs.clean();
  });
});
