// Webhooks on the desk against the real program: an admin, a receiver on this machine, and a customer on the phone.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { accessible, admin, agent, grace, inspect, logIn, open, phone, settled, startBrowser, startParley, until } from "./harness.js";

/** Somebody else's program: remembers what it is sent and answers as it is told. */
async function startReceiver() {
  const calls = [];
  const receiver = { calls, status: 204 };
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      calls.push({ headers: request.headers, body, event: JSON.parse(body) });
      response.writeHead(receiver.status);
      response.end(receiver.status === 204 ? undefined : "the receiver is out of order");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${server.address().port}/parley`;
  receiver.close = () => server.close();
  return receiver;
}

/** Whether a call is genuine, by the text of the Standard Webhooks specification. */
function genuine(secret, { headers, body }) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const wanted = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return headers["webhook-signature"].split(" ").includes(wanted);
}

describe("webhooks", () => {
  let urls;
  let browser;
  let page;
  let receiver;
  let secret;
  const pictured = [1440, 1024, 390];
  const detail = () => page.getByRole("dialog");

  before(async () => {
    urls = await startParley("--fast");
    receiver = await startReceiver();
    browser = await startBrowser();
    page = await open(browser, undefined, { expect: [/401/, /422/, /500/, /ERR_FAILED/] });
    await logIn(page, urls.desk, admin);
  });
  after(() => receiver?.close());

  it("says what webhooks are for while there is none", async () => {
    await page.goto(`${urls.desk}/setup/webhooks`);
    await page.getByText("No webhooks yet").waitFor();
    await inspect(page, "hooks-empty", { at: pictured });
  });

  it("asks for what is missing, in words", async () => {
    await page.getByRole("button", { name: "Add a webhook" }).click();
    await page.getByRole("button", { name: "Choose none" }).click();
    await page.getByRole("button", { name: "Create" }).click();
    for (const text of ["Write a name.", "Write an address that begins with https://.", "Choose at least one event."]) {
      await page.getByText(text).waitFor();
    }
    await page.getByLabel("Name", { exact: true }).fill("Order system");
    await page.getByRole("button", { name: "Choose all" }).click();
    await page.getByLabel("Address", { exact: true }).fill("https://me:secret@example.com/");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByText("leave name and password out").waitFor();
    await inspect(page, "hooks-form", { at: pictured });
  });

  it("adds a webhook and shows its secret once", async () => {
    await page.getByLabel("Address", { exact: true }).fill(receiver.url);
    await page.getByRole("button", { name: "Create" }).click();
    secret = await page.getByRole("status", { name: "Secret" }).textContent();
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    await inspect(page, "hooks-secret", { at: [1440, 390] });
    await page.getByRole("button", { name: "I have copied it" }).click();
    await page.getByRole("button", { name: "Open Order system" }).waitFor();
    assert.equal(await page.getByText(secret).count(), 0);
  });

  it("posts a test and says what came of it", async () => {
    await page.getByRole("button", { name: "Open Order system" }).click();
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText(/The receiver took it: 204/).waitFor();
    assert.equal(receiver.calls.length, 1);
    assert.equal(receiver.calls[0].event.type, "test");
    assert.ok(genuine(secret, receiver.calls[0]));
  });

  it("posts what happens, in order and signed", async () => {
    await phone(urls.sandbox, grace).write("What are your opening hours?");
    await phone(urls.sandbox, grace).reply();
    const types = () => receiver.calls.slice(1).map((c) => c.event.type);
    await until("the events", () => types().includes("message.sent"));
    assert.deepEqual(types(), ["conversation.opened", "message.received", "message.sent"]);
    for (const c of receiver.calls) {
      assert.ok(genuine(secret, c), c.event.type);
      assert.equal(c.headers["webhook-id"], c.event.id);
    }
    const [, received, sent] = receiver.calls.slice(1).map((c) => c.event.data);
    assert.equal(received.message.text, "What are your opening hours?");
    assert.equal(received.conversation.contact.phone, grace);
    assert.equal(sent.message.author, "bot");
    assert.equal(sent.message.status, "accepted");
    await detail().getByText("message.sent").last().waitFor();
  });

  it("keeps what the receiver does not take, and says why and when it is tried next", async () => {
    receiver.status = 500;
    await phone(urls.sandbox, grace).write("Thank you");
    await detail().getByText("The receiver answered 500.").first().waitFor();
    await page.getByText(/next try/).first().waitFor();
    await inspect(page, "hooks-deliveries", { at: pictured });
    await detail().locator("summary").filter({ hasText: "500" }).first().click();
    await detail().getByText("the receiver is out of order").waitFor();
    await detail().getByText('"Thank you"').first().waitFor();
    await inspect(page, "hooks-delivery", { at: [1440, 390] });
  });

  it("sends again on request, under the same id", async () => {
    receiver.status = 204;
    const failed = receiver.calls.find((c) => c.event.data.message?.text === "Thank you");
    await detail().getByRole("button", { name: "Send again" }).click();
    await until("the repetition", () => receiver.calls.filter((c) => c.event.id === failed.event.id).length > 1);
    await until("nothing to wait", async () => (await detail().getByText(/next try/).count()) === 0);
  });

  it("switches a webhook off whose receiver is gone, and on again", async () => {
    receiver.status = 410;
    await phone(urls.sandbox, grace).write("Bye");
    await page.getByText("Off: the receiver said that it is gone").first().waitFor();
    await detail().getByText(/so the webhook was switched off/).first().waitFor();
    await inspect(page, "hooks-gone", { at: [1440, 390] });
    receiver.status = 204;
    await detail().getByRole("switch", { name: "On" }).click();
    await until("it to be on", async () => (await detail().getByText("said that it is gone").count()) === 0);
    const before = receiver.calls.length;
    await detail().getByRole("button", { name: /Send (#|\d+|all \d+) again/ }).click();
    await detail().getByText(/on its way again|on their way again/).first().waitFor();
    await until("the replay", () => receiver.calls.length > before);
  });

  it("makes another secret and signs with both meanwhile", async () => {
    await detail().getByRole("button", { name: "New secret" }).click();
    await detail().getByRole("alertdialog").getByRole("button", { name: "New secret" }).click();
    const fresh = await page.getByRole("status", { name: "Secret" }).textContent();
    assert.notEqual(fresh, secret);
    await page.getByRole("button", { name: "I have copied it" }).click();
    await detail().getByText(/The secret before also signs until/).waitFor();
    const before = receiver.calls.length;
    await detail().getByRole("button", { name: "Send a test" }).click();
    await until("the test", () => receiver.calls.length > before);
    const test = receiver.calls.findLast((c) => c.event.type === "test");
    assert.ok(genuine(fresh, test) && genuine(secret, test));
  });

  it("shows the page in French", async () => {
    const french = await open(browser, `${urls.desk}/setup/webhooks`, { language: "fr" });
    await french.getByRole("button", { name: "Ouvrir Order system" }).click();
    await french.getByRole("heading", { name: "Envois" }).waitFor();
    await inspect(french, "hooks-fr", { at: [1440, 390] });
    french.clean();
    await french.close();
    // The two pages share what the browser keeps; the next test is in English again.
    await page.evaluate(() => localStorage.setItem("parley.language", "en"));
  });

  it("says what failed and how to go on", async () => {
    await page.route("**/api/v1/hooks", (route) => route.abort());
    await page.goto(`${urls.desk}/setup/webhooks`);
    await page.getByRole("alert").filter({ hasText: "The webhooks could not be read" }).waitFor();
    await settled(page);
    await accessible(page, "hooks, error");
    await page.unroute("**/api/v1/hooks");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: "Open Order system" }).waitFor();
  });

  it("deletes after asking", async () => {
    await page.getByRole("button", { name: "Open Order system" }).click();
    await detail().getByRole("button", { name: "Delete" }).click();
    await detail().getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No webhooks yet").waitFor();
    page.clean();
  });

  it("is for admins only", async () => {
    const other = await open(await startBrowser(), undefined, { expect: [/401/] });
    await logIn(other, urls.desk, agent);
    await other.goto(`${urls.desk}/setup`);
    await other.getByRole("heading", { name: "Unreadable messages" }).waitFor();
    assert.equal(await other.getByRole("link", { name: "Webhooks" }).count(), 0);
    const status = await other.evaluate(async () => (await fetch("/api/v1/hooks")).status);
    assert.equal(status, 403);
  });
});
