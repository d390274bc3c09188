// Starts the real program and a real browser for a test file, and stops both at its end.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

// What was started, to be stopped in reverse at the end of the file. A hook of its own inside the test's `before` would
// run as soon as that has ended.
const closers = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

const here = dirname(fileURLToPath(import.meta.url));
const shots = join(here, "shots");
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const grace = "+15550000001";
export const ada = "+33600000002";
const password = "parley-demo";
export const agent = { email: "agent@example.com", password };
export const agent2 = { email: "agent2@example.com", password };
export const supervisor = { email: "supervisor@example.com", password };
export const admin = { email: "admin@example.com", password };
export const replyCampaign = "00000000-0000-4000-8000-000000000002";

/** What the desk says of a message that Braze took; Currents tells the rest a moment later. */
export const taken = /^(Accepted by Braze|Sent|Delivered|Read)$/;

/** The window sizes of every screenshot. */
export const sizes = {
  1440: { width: 1440, height: 900 },
  1024: { width: 1024, height: 768 },
  390: { width: 390, height: 844 },
};

/**
 * Starts `parley demo` on free ports over an empty folder; resolves to its addresses once it is ready.
 * PARLEY_BIN names the program; without it bin/parley of this repository is run.
 */
export async function startParley(...args) {
  const bin = process.env.PARLEY_BIN || join(here, "../bin/parley");
  assert.ok(existsSync(bin), `${bin} does not exist; run: make build`);
  const folder = mkdtempSync(join(tmpdir(), "parley-e2e-"));
  const urlsFile = join(folder, "urls.json");
  const free = "127.0.0.1:0";
  const listen = ["--listen", free, "--sandbox-listen", free, "--ops-listen", free];
  const child = spawn(
    bin,
    ["demo", "--data", join(folder, "data"), ...listen, "--no-browser", "--no-story", "--urls-file", urlsFile, ...args],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  closers.push(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  });
  const urls = await until(
    "the program's addresses",
    () => {
      assert.equal(child.exitCode, null, `parley demo ended by itself:\n${output}`);
      return existsSync(urlsFile) && JSON.parse(readFileSync(urlsFile, "utf8") || "null");
    },
    30_000,
  );
  await leaveTheDesk(urls.desk);
  return { ...urls, output: () => output };
}

/** Marks the demo's people as away, so that nothing is given to an open page and a test says itself who takes what. */
async function leaveTheDesk(desk) {
  for (const who of [agent, agent2, supervisor, admin]) {
    const post = (method, path, body, headers) =>
      fetch(`${desk}/api/v1${path}`, { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } });
    const session = await post("POST", "/session", { email: who.email, password: who.password });
    assert.equal(session.status, 200, `${who.email} cannot log in`);
    const { csrfToken } = await session.json();
    const cookie = session.headers.getSetCookie()[0].split(";")[0];
    const away = await post("PUT", "/me/presence", { presence: "away" }, { Cookie: cookie, "X-CSRF-Token": csrfToken });
    assert.equal(away.status, 200, `${who.email} cannot leave the desk`);
  }
}

/** Asks again and again until the answer is truthy, and returns it. */
export async function until(what, ask, timeout = 15_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    assert.ok(Date.now() < end, `waited ${timeout} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function findChromium() {
  const found = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    (path) => path && existsSync(path),
  );
  assert.ok(found, "no browser found; install Debian's chromium, or put the path of one into CHROMIUM");
  return found;
}

/** Starts a browser with a profile of its own. It never asks anything but the pages under test for anything. */
export async function startBrowser() {
  const profile = mkdtempSync(join(tmpdir(), "parley-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    headless: true,
    viewport: sizes[1440],
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  context.setDefaultTimeout(15_000);
  closers.push(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  });
  return context;
}

/**
 * Opens a page. Whatever it throws, logs as an error or is refused by its own policy fails the test that calls
 * `page.clean()`; `phone` is the phone in the hand on the phone page; `expect` lists patterns of errors that the test provokes itself.
 */
export async function open(context, url, { scheme = "light", language = "en", size = 1440, phone: held = "", expect = [] } = {}) {
  const page = await context.newPage();
  await page.setViewportSize(sizes[size]);
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  await page.addInitScript(
    ([l, p]) => {
      localStorage.setItem("parley.language", l);
      if (p) localStorage.setItem("parley.phone", p);
    },
    [language, held],
  );
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`${message.text()} (${message.location().url})`);
  });
  page.clean = () =>
    assert.deepEqual(
      errors.filter((error) => !expect.some((pattern) => pattern.test(error))),
      [],
    );
  if (url) await page.goto(url);
  return page;
}

/**
 * Puts a line between browser and program that can be cut and mended: what a page sees of a restart, a tunnel or a
 * closed laptop. The page's own offline mode would leave an open event stream alone.
 */
export async function line(url) {
  const { hostname, port } = new URL(url);
  const sockets = new Set();
  let cut = false;
  const server = createServer((near) => {
    if (cut) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      sockets.add(from);
      from.on("error", () => {}).on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    cut = true;
    for (const socket of sockets) socket.destroy();
  };
  closers.push(() => {
    close();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, cut: close, mend: () => (cut = false) };
}

/** Logs in through the form, unless the browser still is from the test before. Another user needs a browser of its own. */
export async function logIn(page, desk, who = agent) {
  await page.goto(desk);
  const inside = page.getByRole("navigation");
  await inside.or(page.getByRole("button", { name: /^Log in|^Se connecter/ })).waitFor();
  if (await inside.isVisible()) return;
  await page.getByLabel(/^Email|^Adresse/).fill(who.email);
  await page.getByLabel(/^Password|^Mot de passe/).fill(who.password);
  await page.keyboard.press("Enter");
  await inside.waitFor();
}

/** Fails when axe finds anything serious or critical on the page as it stands. */
export async function accessible(page, where) {
  // Evaluated through the debugger, so the page's policy stays as strict as it is.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const bad = violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .map((v) => `${v.id}: ${v.help}\n    ${v.nodes.map((n) => n.html.slice(0, 160) + (n.any[0]?.message ? ` -- ${n.any[0].message}` : "")).slice(0, 5).join("\n    ")}`);
  assert.deepEqual(bad, [], `axe on ${where}`);
}

/** Takes a picture for people to look at; e2e/shots is not tracked. */
export async function shoot(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** Looks at a state in both themes: axe, and a picture of each at the given sizes. */
export async function inspect(page, name, { at = [1440] } = {}) {
  const before = page.viewportSize();
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const size of at) {
      await page.setViewportSize(sizes[size]);
      await settled(page);
      await accessible(page, `${name}, ${scheme}, ${size} px`);
      await shoot(page, `${name}-${size}-${scheme}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${name} is ${overflow} px wider than its ${size} px window`);
    }
  }
  await page.setViewportSize(before);
}

/** Waits for two frames and for every animation to end, so that what is judged is what stays. */
export async function settled(page) {
  await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.all(
      document
        .getAnimations()
        .filter((a) => a.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
        .map((a) => a.finished.catch(() => {})),
    );
  });
}

/** One call to the sandbox or the gateway; fails on anything but 2xx. */
export async function call(url, method = "GET", body = undefined) {
  const response = await fetch(url, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${url}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

/** One call of the desk API as whoever is logged in on a page. */
export async function asked(page, method, path, body) {
  const { status, text } = await page.evaluate(
    async ([method, path, body]) => {
      const { csrfToken } = await (await fetch("/api/v1/session")).json();
      const response = await fetch(`/api/v1${path}`, {
        method,
        headers: { "Content-Type": "application/json", "X-CSRF-Token": csrfToken },
        body: body ? JSON.stringify(body) : undefined,
      });
      return { status: response.status, text: await response.text() };
    },
    [method, path, body],
  );
  assert.ok(status < 300, `${method} ${path}: ${status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

/** A phone of the sandbox, by HTTP. */
export function phone(sandbox, number) {
  const base = `${sandbox}/sandbox/phones/${encodeURIComponent(number)}`;
  const messages = async () => (await call(`${base}/messages?after=0`)).messages;
  return {
    messages,
    write: (text, media_urls = []) => call(`${base}/messages`, "POST", { text, media_urls }),
    change: (change) => call(base, "PATCH", change),
    /** The reply to what was written last. */
    reply: () =>
      until(`a reply to ${number}`, async () => {
        const list = await messages();
        return list.at(-1)?.direction === "out" && list.at(-1);
      }),
  };
}
