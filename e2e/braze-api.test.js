// The community's own client for Braze's REST API drives the sandbox: what it believes of Braze must hold here too.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Braze } from "braze-api";
import { call, grace, phone, replyCampaign, startParley, until } from "./harness.js";

describe("npm braze-api against the sandbox", () => {
  let urls;
  let braze;

  before(async () => {
    urls = await startParley("--fast");
    braze = new Braze(urls.sandbox, "sandbox-key");
    // Only who has written within 24 hours may be answered freely.
    await phone(urls.sandbox, grace).write("hello");
    await phone(urls.sandbox, grace).reply();
  });

  it("campaigns.trigger.send brings the property's text to the phone", async () => {
    const answer = await braze.campaigns.trigger.send({
      campaign_id: replyCampaign,
      recipients: [{ external_user_id: "grace", trigger_properties: { external_system_msg_body: "Sent by a client" } }],
    });
    assert.equal(answer.message, "success");
    assert.ok(answer.dispatch_id);
    const message = await until("the message on the phone", async () =>
      (await phone(urls.sandbox, grace).messages()).find((m) => m.text === "Sent by a client"),
    );
    assert.equal(message.direction, "out");
    assert.equal(message.dispatch_id, answer.dispatch_id);
  });

  it("users.track writes attributes and events to the profile", async () => {
    const answer = await braze.users.track({
      attributes: [{ external_id: "grace", favourite_tea: "oolong" }],
      events: [{ external_id: "grace", name: "asked_about_tea", time: new Date().toISOString() }],
    });
    assert.equal(answer.message, "success");
    assert.equal(answer.attributes_processed, 1);
    assert.equal(answer.events_processed, 1);
    const profile = JSON.stringify(await call(`${urls.sandbox}/sandbox/users/grace`));
    assert.match(profile, /"favourite_tea":"oolong"/);
    assert.match(profile, /asked_about_tea/);
  });

  it("messages.send is accepted for somebody known and answers with a dispatch_id", async () => {
    const answer = await braze.messages.send({
      external_user_ids: ["grace"],
      messages: {
        whats_app: {
          app_id: "00000000-0000-4000-8000-0000000000aa",
          subscription_group_id: (await call(`${urls.sandbox}/sandbox/campaigns/${replyCampaign}`)).subscription_group_id,
          message_type: "text_response_message",
          message: { body: "Straight to the phone" },
        },
      },
    });
    assert.equal(answer.message, "success");
    assert.ok(answer.dispatch_id);
    await until("the message on the phone", async () =>
      (await phone(urls.sandbox, grace).messages()).some((m) => m.text === "Straight to the phone"),
    );
  });

  it("canvas.trigger.send goes through the Canvas", async () => {
    const answer = await braze.canvas.trigger.send({
      canvas_id: "00000000-0000-4000-8000-000000000009",
      recipients: [{ external_user_id: "grace", canvas_entry_properties: { external_system_msg_body: "Through a Canvas" } }],
    });
    assert.equal(answer.message, "success");
    await until("the message on the phone", async () =>
      (await phone(urls.sandbox, grace).messages()).some((m) => m.text === "Through a Canvas"),
    );
  });

  it("campaigns.list and campaigns.details tell of the campaigns", async () => {
    const { campaigns } = await braze.campaigns.list({ page: 0 });
    assert.ok(campaigns.some((c) => c.id === replyCampaign && c.name === "Reply from Parley"), JSON.stringify(campaigns));
    const details = await braze.campaigns.details({ campaign_id: replyCampaign });
    assert.equal(details.message, "success");
    assert.equal(details.draft, false);
    assert.deepEqual(details.channels, ["whats_app"]);
  });

  it("users.alias.new, users.export.ids and users.identify make somebody known", async () => {
    const alias = { alias_name: "c-42", alias_label: "crm" };
    const made = await braze.users.alias.new({ user_aliases: [alias] });
    assert.equal(made.message, "success");
    assert.equal(made.aliases_processed, 1);
    const exported = await braze.users.export.ids({ user_aliases: [alias], fields_to_export: ["external_id", "user_aliases"] });
    assert.equal(exported.users.length, 1);
    assert.equal(exported.users[0].external_id, undefined);
    const identified = await braze.users.identify({ aliases_to_identify: [{ external_id: "customer-42", user_alias: alias }] });
    assert.equal(identified.message, "success");
    const known = await braze.users.export.ids({ external_ids: ["customer-42"], fields_to_export: ["external_id", "user_aliases"] });
    assert.deepEqual(
      known.users.map((u) => [u.external_id, u.user_aliases]),
      [["customer-42", [alias]]],
    );
  });

  it("v2.subscription.status.set takes somebody out of a group", async () => {
    const { subscription_group_id } = await call(`${urls.sandbox}/sandbox/campaigns/${replyCampaign}`);
    const set = (subscription_state) =>
      braze.v2.subscription.status.set({ subscription_groups: [{ subscription_group_id, subscription_state, external_ids: ["grace"] }] });
    const state = async () => (await call(`${urls.sandbox}/sandbox/users/grace`)).subscription_groups[subscription_group_id];
    assert.equal((await set("unsubscribed")).message, "success");
    await until("grace to be out", async () => (await state()) === "unsubscribed");
    await set("subscribed");
    await until("grace to be in again", async () => (await state()) === "subscribed");
  });

  it("a wrong key is refused as Braze refuses it", async () => {
    await assert.rejects(
      new Braze(urls.sandbox, "no-such-key").users.track({ attributes: [{ external_id: "grace", x: 1 }] }),
      (error) => {
        assert.equal(error.status ?? error.response?.status ?? error.statusCode, 401, String(error));
        return true;
      },
    );
  });
});
