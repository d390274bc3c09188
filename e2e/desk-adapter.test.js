// The example of a desk of one's own, against the real program: webhook in, answers by API token, and back to the bot.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { admin, call, grace, phone, startParley, until } from "./harness.js";

const example = join(dirname(fileURLToPath(import.meta.url)), "../examples/desk-adapter/server.mjs");

describe("a desk of one's own", () => {
  let urls;
  let desk; // calls the API as an admin
  let adapter; // address of the example
  let child;
  let conversation;
  const customer = () => phone(urls.sandbox, grace);

  before(async () => {
    urls = await startParley("--fast");
    const login = await fetch(`${urls.desk}/api/v1/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(admin),
    });
    const { csrfToken } = await login.json();
    const cookie = login.headers.getSetCookie().map((c) => c.split(";")[0]).join("; ");
    desk = async (method, path, body) => {
      const response = await fetch(`${urls.desk}/api/v1${path}`, {
        method,
        headers: { Cookie: cookie, "X-CSRF-Token": csrfToken, "Content-Type": "application/json" },
        body: body && JSON.stringify(body),
      });
      const text = await response.text();
      assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
      return text ? JSON.parse(text) : undefined;
    };
    const token = await desk("POST", "/tokens", { name: "own desk", scopes: ["conversations:read", "conversations:write"] });
    // The adapter needs the secret and the webhook its address: the address follows once its port is known.
    const hook = await desk("POST", "/hooks", { name: "own desk", url: "http://127.0.0.1:1/webhook", events: ["handoff.created"] });
    child = spawn(process.execPath, [example], {
      env: { PATH: process.env.PATH, PARLEY_URL: urls.desk, PARLEY_TOKEN: token.secret, WEBHOOK_SECRET: hook.secret, PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(child.stdout, "data");
    adapter = /http:\S+/.exec(String(line))[0];
    await desk("PUT", `/hooks/${hook.id}`, { name: "own desk", url: `${adapter}/webhook`, events: ["handoff.created"] });
    const tested = await desk("POST", `/hooks/${hook.id}/test`);
    assert.equal(tested.status, 200, tested.error);
  });
  after(() => child?.kill());

  it("refuses what is not signed", async () => {
    const forged = { id: "evt_1", type: "handoff.created", data: { conversation: { id: "x" }, handoff: {} } };
    const response = await fetch(`${adapter}/webhook`, { method: "POST", body: JSON.stringify(forged) });
    assert.equal(response.status, 401);
    assert.deepEqual(await call(`${adapter}/handoffs`), {});
  });

  it("hears of a handoff with its packet", async () => {
    await customer().write("What are your opening hours?");
    await customer().reply();
    await customer().write("I want to talk to a person");
    const packets = await until("the packet", async () => {
      const found = await call(`${adapter}/handoffs`);
      return Object.keys(found).length > 0 && found;
    });
    [conversation] = Object.keys(packets);
    const packet = packets[conversation];
    assert.equal(packet.schema, "handoff.v1");
    assert.equal(packet.conversation, conversation);
    assert.equal(packet.reason.code, "person_requested");
    assert.equal(packet.customer.phone, grace);
    assert.ok(packet.transcript.some((line) => line.text === "I want to talk to a person"), JSON.stringify(packet.transcript));
  });

  it("answers the customer through the API, and the phone receives it", async () => {
    await call(`${adapter}/reply/${conversation}`, "POST", { text: "Hello Grace, this is Sam from the other tool." });
    await until("the reply on the phone", async () =>
      (await customer().messages()).some((m) => m.direction === "out" && m.text.includes("Sam from the other tool")),
    );
    const detail = await desk("GET", `/conversations/${conversation}`);
    assert.equal(detail.owner, "agent");
    await customer().write("What are your opening hours?");
    await until("the line", async () => (await desk("GET", `/conversations/${conversation}`)).lastText === "What are your opening hours?");
  });

  it("hands back, and the bot goes on", async () => {
    await call(`${adapter}/pass-back/${conversation}`, "POST", {});
    assert.equal((await desk("GET", `/conversations/${conversation}`)).owner, "bot");
    const before = (await customer().messages()).length;
    await customer().write("How can I pay?");
    await until("the bot's answer", async () => (await customer().messages()).slice(before).some((m) => m.direction === "out"));
    const lines = (await desk("GET", `/conversations/${conversation}/messages`)).items;
    assert.equal(lines.at(-1).author, "bot");
    assert.deepEqual(await call(`${adapter}/handoffs`), {});
  });
});
