// The story of the demo, in the browser: a keyword campaign of its own, buttons, a list, an image, a fact that lands on
// the profile with the reply and puts the customer into a segment, the window that closes, the answer that waits, the template that re-opens it.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { asked, call, grace, inspect, logIn, open, phone, startBrowser, startParley, until } from "./harness.js";

describe("the story", () => {
  let urls;
  let browser;
  let desk; // an agent's page
  let customer; // the phone page, and the console behind it
  const pictured = [1440, 390];
  const device = () => customer.locator(`[data-phone="${grace}"]`);
  const bubbles = () => device().locator("[data-message]");
  const lines = (text) => desk.locator("[data-message]").filter({ hasText: text });
  const box = () => desk.getByRole("textbox", { name: "Reply to the customer" });
  const sandbox = (path) => call(`${urls.sandbox}/sandbox${path}`);
  const messages = () => phone(urls.sandbox, grace).messages();
  const id = () => desk.url().match(/[0-9a-f-]{36}/)[0];

  async function write(text) {
    await device().getByRole("textbox").fill(text);
    await device().getByRole("textbox").press("Enter");
  }

  /** The newest message of the business, once it has a layout. */
  const shown = (layout, text) =>
    until(`${layout}: ${text}`, async () =>
      (await messages()).findLast((m) => m.direction === "out" && m.layout === layout && m.text.includes(text)),
    );

  const console_ = async (tab) => {
    if (!(await customer.getByRole("dialog", { name: "Behind the scenes" }).isVisible()))
      await customer.getByRole("button", { name: "Behind the scenes" }).click();
    await customer.getByRole("tab", { name: tab }).click();
  };

  before(async () => {
    urls = await startParley("--fast");
    browser = await startBrowser();
    customer = await open(browser, urls.sandbox, { phone: grace });
    desk = await open(browser, undefined, { expect: [/401/, /409/] });
    // The picture is nowhere: nothing here leaves this machine.
    const body = '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="120"><rect width="240" height="120" fill="#8aa"/></svg>';
    for (const page of [desk, customer])
      await page.route(/shop\.example|\/api\/v1\/media\//, (route) => route.fulfill({ contentType: "image/svg+xml", body }));
    await logIn(desk, urls.desk);
  });

  it("brings RETURN by a campaign and a webhook of its own, once", async () => {
    await write("RETURN");
    await bubbles().nth(1).waitFor();
    const { entries } = await sandbox("/activity?kind=webhook");
    const posted = entries.filter((e) => e.outcome === "accepted").map((e) => e.campaign).sort();
    assert.deepEqual(posted, ["To Parley (all messages)", "To Parley (returns)"]);
    await desk.getByRole("button", { name: "All", exact: true }).click();
    await desk.getByRole("link", { name: /Grace/ }).click();
    await lines("RETURN").first().waitFor();
    const detail = await asked(desk, "GET", `/conversations/${id()}`);
    assert.equal(detail.route, "returns");
    assert.equal((await messages()).filter((m) => m.direction === "out").length, 1);
  });

  it("leads through a flow of several campaigns: a question, buttons, a list, a yes", async () => {
    await until("the flow's question", async () => (await messages()).at(-1).text.includes("order number"));
    // Somebody else's order is none of theirs.
    await write("CD-20001");
    await until("a second question", async () => (await messages()).at(-1).text.includes("cannot find order CD-20001"));
    await write("AB-12346");
    await shown("quick_reply", "Which item");
    // Asked something else meanwhile, it answers and comes back.
    await write("What are your opening hours?");
    await until("the answer and the question", async () => {
      const { layout, text } = (await messages()).at(-1);
      return layout === "quick_reply" && text.includes("Monday") && text.includes("Which item");
    });
    await device().locator(".bubble-in[type=button]").filter({ hasText: "Linen shirt" }).last().click();
    await shown("list", "the reason");
    await inspect(customer, "story-flow", { at: pictured });
    await device().getByRole("button", { name: "Choose" }).last().click();
    await customer.getByRole("radio", { name: /Too small/ }).check();
    await customer.getByRole("button", { name: "Send", exact: true }).last().click();
    await shown("quick_reply", "Shall I start the return of Linen shirt from order AB-12346?");
    await device().locator(".bubble-in[type=button]").filter({ hasText: /^Yes$/ }).last().click();
    await until("the end of the flow", async () => (await messages()).at(-1).text.includes("the return of Linen shirt is registered"));
    await lines("the return of Linen shirt is registered").waitFor();
  });

  it("lets an agent send buttons, a list and an image", async () => {
    await write("I want to talk to a person");
    await desk.getByRole("note").filter({ hasText: "Handed over to people" }).waitFor();
    await lines("I want to talk to a person").waitFor();
    // What is said last stands on the page before the agent begins to write: else they are asked whether they saw it.
    const { lastText } = await until("a place in the queue", async () => {
      const detail = await asked(desk, "GET", `/conversations/${id()}`);
      return detail.owner === "queue" && !detail.unanswered && detail;
    });
    await lines(lastText.slice(0, 40)).last().waitFor();
    const add = () => desk.getByRole("button", { name: "Add buttons, a list, a file or a link" }).click();
    const send = () => box().press("Control+Enter");

    await box().fill("Shall I send a label for the parcel?");
    await add();
    await desk.getByLabel("Choice 1", { exact: true }).fill("Yes, please");
    await desk.getByLabel("Choice 2", { exact: true }).fill("yes, please");
    await desk.getByRole("alert").getByText("Two choices have the same title").waitFor();
    await desk.getByLabel("Choice 2", { exact: true }).fill("No, thank you");
    await desk.getByText("Leaves as: text with buttons.").waitFor();
    await inspect(desk, "story-composer-buttons", { at: pictured });
    await send();
    await shown("quick_reply", "a label");
    await device().getByRole("button", { name: "Yes, please" }).click();
    await lines("Yes, please").last().waitFor();

    await box().fill("Which shop is nearest to you?");
    await add();
    for (let i = 1; i <= 4; i++) {
      if (i > 2) await desk.getByRole("button", { name: "Add a choice" }).click();
      await desk.getByLabel(`Choice ${i}`, { exact: true }).fill(["Paris", "Lyon", "Lille", "Nantes"][i - 1]);
    }
    await desk.getByLabel("Beneath choice 2", { exact: true }).fill("open on Sundays");
    await desk.getByText("Leaves as: text with a list.").waitFor();
    await send();
    await shown("list", "nearest");
    await device().getByRole("button", { name: /^(Choose|Choisir)$/ }).last().click();
    await customer.getByRole("radio", { name: /Lyon/ }).check();
    await customer.getByRole("button", { name: "Send", exact: true }).last().click();
    await lines("Lyon").last().waitFor();

    await box().fill("This is the label.");
    await add();
    await desk.getByRole("button", { name: "File", exact: true }).click();
    await desk.getByLabel("Address", { exact: true }).fill("http://shop.example/label.png");
    await desk.getByRole("alert").getByText("https://").waitFor();
    await desk.getByLabel("Address", { exact: true }).fill("https://shop.example/label.png");
    await desk.getByText("Leaves as: image with a caption.").waitFor();
    await send();
    const image = await shown("image", "This is the label.");
    assert.equal(image.media[0].url, "https://shop.example/label.png");
    await box().fill("Tell us about the parcel, please.");
    await add();
    await desk.getByRole("button", { name: "Form", exact: true }).click();
    await desk.getByLabel("Label of the button").fill("Fill in the form");
    await desk.getByText("Leaves as: text with a form.").waitFor();
    await send();
    await shown("flow", "Tell us");
    await device().getByRole("button", { name: "Fill in the form" }).click();
    const form = customer.getByRole("dialog", { name: "Fill in the form" });
    await form.getByLabel("Order number").fill("A-17");
    await form.getByLabel("Why do you return it?").selectOption("Too small");
    await inspect(customer, "story-form");
    await form.getByRole("button", { name: "Send" }).click();
    await desk.getByText("Form filled in").waitFor();
    await device().getByText("Form sent").waitFor();

    await inspect(desk, "story-desk", { at: [1440] });
  });

  it("tells the profile in the call of the reply, and a segment sees it", async () => {
    const detail = await asked(desk, "GET", `/conversations/${id()}`);
    const ledger = await asked(desk, "GET", `/contacts/${detail.contact.id}/profile-facts`);
    const told = ledger.tellings.find((t) => t.name === "parley_in_support" && t.via === "reply" && t.state === "accepted");
    assert.ok(told, JSON.stringify(ledger.tellings));
    await console_("Profiles");
    const who = customer.getByRole("group", { name: "Who matches" });
    await who.getByLabel("Custom attribute").fill("parley_in_support");
    await who.getByLabel("Value").fill("true");
    await customer.getByText("1 profile is in this segment").waitFor();
    await inspect(customer, "story-segment", { at: pictured });
  });

  it("stops the agent when the clock has closed the window, and keeps what is written meanwhile", async () => {
    await console_("Clock");
    await customer.getByRole("button", { name: "24 hours on" }).click();
    await customer.keyboard.press("Escape");
    await device().getByText("Window closed").waitFor();
    await desk.getByText(/^The 24-hour window closed/).waitFor();
    await box().waitFor({ state: "detached" });
    await inspect(desk, "story-closed", { at: pictured });
    await desk.getByRole("button", { name: "Write an answer that waits" }).click();
    await box().fill("Your refund is done.");
    await box().press("Control+Enter");
    await desk.getByText(/^Waits for the customer/).waitFor();
    // The customer is told by a template, and gets nothing else.
    await shown("template", "Reply to this message to read it");
    assert.ok(!(await messages()).some((m) => m.text.includes("Your refund is done.")));
    await inspect(desk, "story-waits", { at: pictured });
  });

  it("opens the window again by the template", async () => {
    await desk.getByLabel("Text for external_system_msg_body").fill("the label is on its way.");
    await desk.getByRole("button", { name: "Send the template" }).click();
    await shown("template", "the label is on its way.");
    await write("Thank you, I have it");
    await shown("text", "Your refund is done.");
    await box().waitFor();
    await box().fill("You are welcome.");
    await box().press("Control+Enter");
    await shown("text", "You are welcome.");
    desk.clean();
    customer.clean();
  });
});
