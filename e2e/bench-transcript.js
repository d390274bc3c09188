// How fast a conversation of 10,000 messages opens, in the real program. Run by hand, never in the gate:
//   node e2e/bench-transcript.js [messages]
import { it } from "node:test";
import { agent, asked, grace, logIn, open, phone, startBrowser, startParley, until } from "./harness.js";

const many = Number(process.argv[2] || process.env.MESSAGES || 10_000);

it(`opens ${many} messages`, { timeout: 600_000 }, async (t) => {
  const urls = await startParley("--fast");
  const page = await open(await startBrowser(), undefined, { expect: [/401/] });
  await logIn(page, urls.desk, agent);
  await phone(urls.sandbox, grace).write("I want to talk to a person");
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByRole("link", { name: /Grace/ }).click();
  const address = new URL(page.url()).pathname;
  const id = address.split("/").at(-1);
  await page.getByRole("button", { name: "Take over" }).click();
  await page.locator("header").getByText("You", { exact: true }).waitFor();
  await page.goto(urls.desk); // nothing is open while they come
  // Straight to the gateway: the pretend Braze calls a webhook for one customer after the other.
  const post = async (n) => {
    const response = await fetch(`${urls.desk}/braze/inbound/support`, {
      method: "POST",
      headers: { Authorization: "Bearer demo-webhook-secret", "Content-Type": "application/json" },
      body: JSON.stringify({ v: 1, external_id: "grace", phone: grace, message: `Line ${n} of a long talk, and a little more to say.`, dispatch_id: `d${n}` }),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  };
  for (let n = 0; n < many; n += 100) await Promise.all(Array.from({ length: 100 }, (_, i) => post(n + i)));
  await until("all to be stored", async () => (await asked(page, "GET", `/conversations/${id}`)).inSeq >= many, 60_000);
  await phone(urls.sandbox, grace).write("This is the newest one");
  await until("the newest", async () => (await asked(page, "GET", `/conversations/${id}`)).inSeq > many, 300_000);
  const times = [];
  for (let i = 0; i < 20; i++) {
    await page.goto(urls.desk);
    await page.getByRole("link", { name: /Grace/ }).first().waitFor();
    await page.waitForTimeout(300);
    // By the page's own clock, from the click to the frame in which the newest line is painted.
    const took = await page.evaluate(
      () =>
        new Promise((done) => {
          const row = [...document.querySelectorAll("[data-row] a, a[data-row]")].find((a) => /Grace/.test(a.textContent));
          const start = performance.now();
          row.click();
          const look = () => {
            const last = [...document.querySelectorAll("[data-message]")].at(-1);
            if (last && /newest one/.test(last.textContent)) done(performance.now() - start);
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        }),
    );
    times.push(took);
  }
  times.sort((a, b) => a - b);
  const at = (q) => Math.round(times[Math.floor(q * (times.length - 1))]);
  t.diagnostic(`${many} messages: opened in p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, slowest ${at(1)} ms`);
  console.log(`${many} messages: opened in p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, slowest ${at(1)} ms`);
});
