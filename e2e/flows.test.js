// The page of flows against the real program: what is published, where conversations are in it, live, and what the
// command line changes of it; then what a language model cost, on the reports.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { admin, grace, inspect, logIn, open, phone, startBrowser, startParley, until } from "./harness.js";

const pictured = [1440, 1024, 390];
const bin = process.env.PARLEY_BIN || join(dirname(fileURLToPath(import.meta.url)), "../bin/parley");

/** A flow of three steps that reminds after two hours. */
const sizes = (reminder) => `title: {en: Your size}
languages: [en]
slots:
  size: {type: number, min: 30, max: 60, ask: {en: "Which size do you wear?"}}
steps:
  ask:
    ask: size
    within: 2h
    timeout: remind
    next: keep
  keep:
    set: {fact.size: "{{size}}"}
    next: tell
  tell:
    say: {en: "Size {{size}} it is."}
    next: end
  remind:
    say: {en: "${reminder}"}
    next: ask_last
  ask_last:
    ask: size
    next: keep
`;

/** A provider whose model never keeps to the form: the bot's own reply stands, and the tokens are paid for. */
async function provider() {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "Content-Type": "application/json" });
      const choices = [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "I would rather chat." } }];
      const usage = { prompt_tokens: 1200, completion_tokens: 34, total_tokens: 1234 };
      response.end(JSON.stringify({ id: "1", object: "chat.completion", created: 1, model: "small", choices, usage }));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

describe("flows", () => {
  let urls;
  let page;
  let model;
  const folder = mkdtempSync(join(tmpdir(), "parley-flows-"));
  const drafts = join(folder, "flows");
  const graph = () => page.getByRole("region", { name: /^Steps of/ });
  const step = (name) => graph().locator(`.react-flow__node[data-id="${name}"]`);
  const total = async (what) =>
    page.locator("dl > div").filter({ has: page.getByText(what, { exact: true }) }).locator("dd").textContent();
  const choose = (title) => page.getByText(title, { exact: true }).first().click();

  /** Runs `parley flow`; the words are what it said. */
  const parley = (...args) => {
    const { status, stdout, stderr } = spawnSync(bin, ["flow", ...args], { encoding: "utf8", timeout: 20_000 });
    return { status, words: stdout + stderr };
  };
  const settled = (args) => parley(args, "--config", join(folder, "parley.yaml"), drafts);
  const draft = (text) => writeFileSync(join(drafts, "size.yaml"), text);

  before(async () => {
    assert.equal(parley("init", drafts).status, 0);
    model = await provider();
    const database = join(folder, "parley.db");
    writeFileSync(
      join(folder, "parley.yaml"),
      `database: "sqlite:${database}"
workspaces:
  - id: demo
    braze: {endpoint: "http://127.0.0.1:1", api_key: "no-key-is-needed-for-flows"}
    layouts: {text: {campaign_id: 00000000-0000-4000-8000-000000000002}}
    routes: [{id: support, secrets: ["no-secret-is-needed-for-flows"]}]
    profile: {attributes: ["parley_size=fact.size"]}
`,
    );
    const at = `http://127.0.0.1:${model.address().port}/v1`;
    urls = await startParley("--fast", "--database", `sqlite:${database}`, "--model", "small", "--model-url", at);
    page = await open(await startBrowser(), undefined, { expect: [/401/] });
    await logIn(page, urls.desk, admin);
  });
  after(() => {
    model?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("shows what ships with Parley, as a picture and as a list", async () => {
    await page.goto(`${urls.desk}/setup/flows`);
    await choose("Return an item");
    await step("choose_reason").getByText("What is the reason?").waitFor();
    assert.equal(await total("Began"), "0");
    await page.getByText("Steps as a list").click();
    const list = page.getByRole("list", { name: "Steps of Return an item" });
    await list.getByText("Goes on to: look", { exact: true }).first().waitFor();
    assert.ok((await list.getByRole("listitem").count()) > 10);
    await inspect(page, "flows-list", { at: pictured });
    await page.getByText("Steps as a list").click();
  });

  it("is moved and zoomed by keyboard as well", async () => {
    const scale = () => page.locator(".react-flow__viewport").evaluate((e) => new DOMMatrix(getComputedStyle(e).transform).a);
    const before = await scale();
    await page.getByRole("button", { name: "Zoom in" }).focus();
    await page.keyboard.press("Enter");
    await until("a closer look", async () => (await scale()) > before);
    await page.getByRole("button", { name: "Show all of it" }).press("Enter");
    await until("all of it", async () => (await scale()) < before);
    await step("number").focus();
    await page.keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^Calls, look/);
  });

  it("refuses a broken draft with its lines, then publishes what differs", async () => {
    draft(sizes("Still there?").replace("next: keep", "next: keeep").replace("type: number", "type: nubmer"));
    const refused = settled("publish");
    assert.notEqual(refused.status, 0);
    assert.match(refused.words, /size\.yaml:4: slot size: type "nubmer" is unknown; did you mean number\?/);
    assert.match(refused.words, /size\.yaml:10: step ask goes to "keeep", which is no step; did you mean keep\?/);
    draft(sizes("Still there?"));
    assert.match(settled("diff").words, /^size: new, version/m);
    assert.match(settled("publish").words, /^size: new, version/m);
    await choose("Your size");
    await step("remind").getByText("Still there?").waitFor();
  });

  it("counts a customer who goes half through and leaves, while the page is open", async () => {
    await choose("Return an item");
    const hers = phone(urls.sandbox, grace);
    await hers.write("RETURN");
    await step("number").getByText("1 here now").waitFor();
    assert.match((await hers.reply()).text, /order number/);
    assert.equal(await total("In it now"), "1");
    await hers.write("never mind");
    await step("number").getByText("1 stopped").waitFor();
    await until("the count of who left", async () => (await total("Left it")) === "1");
    assert.equal(await total("In it now"), "0");
    await inspect(page, "flows-counts", { at: [1440, 390] });
  });

  it("shows the difference of a draft, its publication and the way back", async () => {
    draft(sizes("Are you still there?"));
    assert.match(settled("diff").words, /^ {2}- .*Still there\?[\s\S]*^ {2}\+ .*Are you still there\?/m);
    await choose("Your size");
    await page.getByText(/published by command line/).waitFor();
    assert.equal(settled("publish").status, 0);
    await step("remind").getByText("Are you still there?").waitFor();
    const back = parley("rollback", "--config", join(folder, "parley.yaml"), "size");
    assert.match(back.words, /is what customers meet again/);
    await step("remind").getByText("Still there?", { exact: true }).waitFor();
    await page.getByText(/gone back to by command line/).waitFor();
  });

  it("says on the reports what a language model did and cost", async () => {
    const other = phone(urls.sandbox, "+15550000077");
    await other.write("Could you perhaps tell me when your shop opens its doors in the morning?");
    await other.reply();
    await page.goto(`${urls.desk}/reports`);
    await page.getByText("It decided 0% of what it was asked").waitFor();
    await page.getByText(/1 turn, [\d,]+ tokens/).waitFor();
    await page.getByText("Not in the form asked for").first().scrollIntoViewIfNeeded();
    await inspect(page, "reports-models", { at: pictured });
    page.clean();
  });
});
