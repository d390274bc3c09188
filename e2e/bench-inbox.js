// How smooth the inbox is with 10,000 open conversations and 200 live events a second. Run by hand, never in the gate:
//   node e2e/bench-inbox.js [events a second] [seconds]
// Frame times depend on the machine; what the page works per frame (CDP's task time) says more on a busy one.
import { logIn, open, startBrowser, startParley } from "./harness.js";
import { it } from "node:test";

const rate = Number(process.argv[2] || process.env.RATE || 200);
const seconds = Number(process.argv[3] || process.env.SECONDS || 8);
const many = 10_000;

const owners = ["bot", "queue", "agent", "bot"];
const start = Date.now() - many * 20_000;
const iso = (ms) => new Date(ms).toISOString();
const row = (n, seq = 3, at = start + n * 20_000) => ({
  id: `c${n}`,
  workspace: "shop",
  contact: { id: `p${n}`, name: `Customer number ${n}`, phone: `+1555${String(n).padStart(7, "0")}`, language: "en" },
  route: "support",
  owner: owners[n % 4],
  epoch: 1,
  language: n % 3 ? "en" : "fr",
  lastText: `Line ${seq} of ${n}: where is my parcel, please? It was due last week.`,
  lastDirection: seq % 2 ? "in" : "out",
  lastAt: iso(at),
  openedAt: iso(start),
  ...(n % 4 === 1 ? { queuedAt: iso(start + n * 20_000), queueRank: start + n * 20_000 } : {}),
  windowUntil: iso(at + 86_400_000),
  priority: "normal",
  tags: n % 5 ? [] : ["vip"],
  unanswered: false,
  lastSeq: seq,
  inSeq: seq,
});

/** In the page: an event stream of the bench's own making. */
function fakeStream() {
  class Fake extends EventTarget {
    static CLOSED = 2;
    readyState = 1;
    constructor() {
      super();
      globalThis.benchStream = this;
      setTimeout(() => this.onopen?.(), 50);
    }
    close() {}
  }
  globalThis.EventSource = Fake;
}

/** In the page: sends events for a while and measures every frame. */
async function drive({ rate, seconds, many, scroll }) {
  const list = document.querySelector('[role="list"]');
  const frames = [];
  let sent = 0;
  let seq = 10;
  const began = performance.now();
  let last = began;
  let done = false;
  const base = globalThis.benchRow;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * rate);
    for (; sent < due; sent++) {
      seq++;
      const n = (sent * 7919) % many;
      const conversation = { ...base, id: `c${n}`, lastSeq: seq, inSeq: seq, lastAt: new Date().toISOString() };
      conversation.contact = { ...base.contact, id: `p${n}`, name: `Customer number ${n}` };
      conversation.lastText = `Live line ${seq}`;
      const data = JSON.stringify({ conversation, messages: [] });
      globalThis.benchStream.dispatchEvent(new MessageEvent("conversation", { data, lastEventId: String(seq) }));
    }
  }, 4);
  await new Promise((resolve) => {
    const frame = (now) => {
      frames.push(now - last);
      last = now;
      if (scroll) list.scrollBy(0, 48);
      if (performance.now() - began > seconds * 1000) resolve();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  clearInterval(timer);
  frames.sort((a, b) => a - b);
  const at = (share) => Math.round(frames[Math.min(frames.length - 1, Math.floor(frames.length * share))] * 10) / 10;
  return { sent, frames: frames.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1), over50: frames.filter((f) => f > 50).length };
}

it("bench", { timeout: 180_000 }, async () => {
  const urls = await startParley();
  const browser = await startBrowser();
  const page = await open(browser, undefined);
  await page.addInitScript(fakeStream);
  await page.route("**/api/v1/conversations?**", (route) =>
    route.fulfill({ json: { items: Array.from({ length: many }, (_, i) => row(many - 1 - i)), nextCursor: "" } }),
  );
  await page.route("**/api/v1/conversations/counts", (route) =>
    route.fulfill({ json: { mine: 0, queue: many / 4, team: 0, all: many, snoozed: 0, mentions: 0 } }),
  );
  await logIn(page, urls.desk);
  await page.getByRole("listitem").first().waitFor();
  await page.evaluate((base) => (globalThis.benchRow = base), row(0));
  const cdp = await browser.newCDPSession(page);
  await cdp.send("Performance.enable");
  const metrics = async () => Object.fromEntries((await cdp.send("Performance.getMetrics")).metrics.map((m) => [m.name, m.value]));
  const list = page.getByRole("list", { name: "Conversations" });
  for (const [name, way] of [
    ["nothing happens", { rate: 0 }],
    ["rows move freely", {}],
    ["hovered, rows wait", { hover: true }],
    ["scrolled through, no events", { scroll: true, rate: 0 }],
    ["scrolled through, live", { scroll: true }],
  ]) {
    await page.mouse.move(900, 500);
    await list.evaluate((el) => el.scrollTo(0, 0));
    if (way.hover) await list.hover();
    await page.waitForTimeout(500);
    const before = await metrics();
    const got = await page.evaluate(drive, { rate, seconds, many, ...way });
    const after = await metrics();
    const perFrame = (m) => `${Math.round(((after[m] - before[m]) / got.frames) * 1e5) / 100}`;
    console.log(
      `${name.padEnd(28)} ${String(got.sent).padStart(5)} events  frame p50 ${got.p50} p95 ${got.p95} p99 ${got.p99} max ${got.max} ms, ${got.over50} over 50 ms;` +
        ` work a frame ${perFrame("TaskDuration")} ms (script ${perFrame("ScriptDuration")}, style ${perFrame("RecalcStyleDuration")}, layout ${perFrame("LayoutDuration")})`,
    );
  }
  const rows = await page.getByRole("listitem").count();
  console.log(`${rows} rows are in the page`);
});
