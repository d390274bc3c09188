// A desk of your own in 60 lines: hears of handoffs by webhook, keeps their packets, and answers through Parley's API.
// Run it with: PARLEY_URL=http://127.0.0.1:8080 PARLEY_TOKEN=parley_pat_… WEBHOOK_SECRET=whsec_… node server.mjs
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { PARLEY_URL, PARLEY_TOKEN, WEBHOOK_SECRET, PORT = "9000", HOST = "127.0.0.1" } = process.env;
const packets = new Map(); // handoff.v1 by conversation; a real desk keeps them in its database
const seen = new Set(); // ids of events; the same one may come again

/** Whether a call is from Parley and fresh (Standard Webhooks, standardwebhooks.com). */
function genuine(headers, body) {
  const id = headers["webhook-id"];
  const stamp = headers["webhook-timestamp"];
  if (!id || !(Math.abs(Date.now() / 1000 - Number(stamp)) < 300)) return false;
  const key = Buffer.from(WEBHOOK_SECRET.replace(/^whsec_/, ""), "base64");
  const want = createHmac("sha256", key).update(`${id}.${stamp}.${body}`).digest();
  return (headers["webhook-signature"] ?? "").split(" ").some((part) => {
    const [version, signature] = part.split(",");
    const got = Buffer.from(signature ?? "", "base64");
    return version === "v1" && got.length === want.length && timingSafeEqual(got, want);
  });
}

/** One call to Parley's API. */
async function parley(method, path, body) {
  const response = await fetch(`${PARLEY_URL}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${PARLEY_TOKEN}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? response.statusText);
  return answer;
}

const routes = {
  "POST /webhook": (_, event) => {
    if (seen.has(event.id)) return; // a repetition
    seen.add(event.id);
    if (event.type === "handoff.created") packets.set(event.data.conversation.id, event.data.handoff);
  },
  "GET /handoffs": () => Object.fromEntries(packets),
  "POST /reply": async (id, { text }) => {
    const { lastSeq } = await parley("GET", `/conversations/${id}`); // what the person has read
    await parley("POST", `/conversations/${id}/replies`, { clientId: randomUUID(), text, seenSeq: lastSeq });
  },
  "POST /pass-back": async (id) => {
    const { epoch } = await parley("GET", `/conversations/${id}`);
    await parley("POST", `/conversations/${id}/owner`, { kind: "pass_back", epoch });
    packets.delete(id);
  },
};

createServer(async (request, response) => {
  try {
    let body = "";
    for await (const chunk of request) body += chunk;
    const [, name, id] = request.url.split("/");
    const route = routes[`${request.method} /${name}`];
    if (name === "webhook" && !genuine(request.headers, body)) return response.writeHead(401).end("the signature is wrong");
    const answer = route ? await route(id, body && JSON.parse(body)) : undefined;
    response.writeHead(route ? 200 : 404, { "Content-Type": "application/json" }).end(JSON.stringify(answer ?? {}));
  } catch (error) {
    response.writeHead(500).end(error.message);
  }
}).listen(Number(PORT), HOST, function () {
  console.log(`desk adapter on http://${HOST}:${this.address().port}`);
});
