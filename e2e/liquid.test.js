// The sandbox's Liquid beside an independent engine that speaks Braze's dialect: the same templates, the same person.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, describe, it } from "node:test";
import { differences, person, templates } from "./liquid-templates.js";
import { call, phone, startParley, until } from "./harness.js";

const { default: BrazeJS } = createRequire(import.meta.url)("brazejs");
const inbound = "00000000-0000-4000-8000-000000000001";
const number = "+33600000077";

/** Collects what is posted to it, by path. */
async function receiver() {
  const got = new Map();
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    got.set(request.url, body);
    response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  return { url: `http://127.0.0.1:${server.address().port}`, got };
}

/** Has the sandbox render every template as the body of a webhook campaign of its own, for one message of the person. */
async function rendered() {
  const { sandbox } = await startParley("--fast");
  const target = await receiver();
  await call(`${sandbox}/sandbox/phones`, "POST", { phone: number, name: "Zoë", language: person.language, external_id: "zoe", subscribed: true });
  const track = await fetch(`${sandbox}/users/track`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: "Bearer sandbox-key" },
    body: JSON.stringify({
      attributes: [
        {
          external_id: "zoe",
          ...person.custom_attribute,
          first_name: person.first_name,
          last_name: person.last_name,
          language: person.language,
          country: person.country,
        },
      ],
    }),
  });
  assert.equal(track.status, 201, await track.text());
  const like = await call(`${sandbox}/sandbox/campaigns/${inbound}`);
  const refused = new Map();
  for (const [i, body] of templates.entries()) {
    const id = `00000000-0000-4000-9000-${String(i).padStart(12, "0")}`;
    const webhook = { method: "POST", url: `${target.url}/${i}`, headers: { "Content-Type": "text/plain" }, body };
    const put = await fetch(`${sandbox}/sandbox/campaigns/${id}`, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...like, id, name: `Template ${i}`, webhook }),
    });
    if (!put.ok) refused.set(i, `refused: ${(await put.json()).message}`);
  }
  await phone(sandbox, number).write("render");
  await until("every template", () => target.got.size + refused.size === templates.length, 30_000).catch((error) => {
    const missing = templates.filter((_, i) => !target.got.has(`/${i}`) && !refused.has(i));
    throw new Error(`${error.message}; not rendered:\n${missing.join("\n")}`);
  });
  return templates.map((_, i) => refused.get(i) ?? target.got.get(`/${i}`));
}

describe("Liquid", () => {
  it(`renders ${templates.length} templates as an independent engine does, but for the differences that are listed`, async () => {
    assert.ok(templates.length >= 200);
    assert.equal(new Set(templates).size, templates.length, "a template stands there twice");
    const ours = await rendered();
    const oracle = new BrazeJS();
    const surprises = [];
    const unused = new Set(differences.keys());
    for (const [i, template] of templates.entries()) {
      const theirs = await oracle.parseAndRender(template, structuredClone(person)).catch((error) => `refused: ${error.message}`);
      const listed = differences.get(template);
      if (listed) unused.delete(template);
      if (listed ? listed.ours !== ours[i] || theirs === ours[i] : theirs !== ours[i]) surprises.push({ template, ours: ours[i], theirs });
    }
    assert.deepEqual(surprises, []);
    assert.deepEqual([...unused], [], "listed differences that are none");
    for (const [template, { why }] of differences) assert.ok(why.length > 20, `no reason for ${template}`);
  });
});
