import assert from "node:assert/strict";
import { accountIn, crmAddressFault, isOneTimeAddress } from "../../lib/profiles/crm_address.ts";
import { crmForm } from "../../lib/profiles/crm_form.ts";
import { newSecretName } from "../../lib/profiles/crm_edits.ts";
import { draftProfile, profileFaults } from "../../lib/profiles/draft.ts";
import { type ProfileForm, profileForm, withProfile } from "../../lib/profiles/edits.ts";
import { presetAddressFault } from "../../lib/profiles/preset_address.ts";
import { readJson, textOf, valueAt } from "../../lib/json/text.ts";
import { type Locales, someLocales } from "../helpers/a_profile.ts";

const AMOCRM = {
  note: "for people",
  kind: "amocrm",
  account: "monster.amocrm.ru",
  token: "{secret:amo}",
  entry: "lead",
  pipeline_id: 1,
  status_id: 2,
  responsible_user_id: 3,
  tags: ["Telegram Bot", "сайт"],
  fields: { UTM_SOURCE: "{source}", "123456": "{choice}" },
};

function contentWith(edit: (agency: Locales) => void, space: number | string = 2) {
  const read = readJson(JSON.stringify(someLocales(({ agency }) => edit(agency)), null, space));
  assert.ok(read.ok);
  return read.json;
}

/** The profile after its form was edited. */
function edited(
  edit: (agency: Locales) => void,
  change: (crm: NonNullable<ProfileForm["crm"]>) => Partial<NonNullable<ProfileForm["crm"]>>,
) {
  const content = contentWith(edit);
  const form = profileForm(valueAt(content, "agency"));
  assert.ok(form.crm);
  const crm = { ...form.crm, ...change(form.crm) };
  const webhookUrl = crm.kind === "amocrm" || crm.kind === "other" || crm.kind === "chat"
    ? ""
    : crm.addresses[crm.kind];
  const after = { ...form, crm, webhookUrl };
  return {
    raw: valueAt(withProfile(content, "agency", after), "agency") as Locales,
    faults: profileFaults(content, "agency", after).map(({ path }) => path),
  };
}

for (
  const [what, edit] of Object.entries<(agency: Locales) => void>({
    "no crm": () => {},
    "no crm and no address": (agency: Locales) => agency.webhook_url = "",
    "amocrm": (agency: Locales) => agency.crm = AMOCRM,
    "amocrm by default": (agency: Locales) =>
      agency.crm = { kind: "amocrm", account: "monster.amocrm.ru", token: "{secret:amo}" },
    "a preset": (agency: Locales) => {
      agency.webhook_url = "https://portal.bitrix24.ru/rest/1/abcdef/";
      agency.crm = { kind: "bitrix24", note: 1 };
    },
    "a webhook with everything": (agency: Locales) =>
      agency.crm = {
        kind: "webhook",
        headers: { Authorization: "Bearer {secret:crm_key}" },
        body: { title: "{lead_name}", nested: { n: 1.5, list: ["{name}"] } },
        accepted: [200, 204],
        redirect_hosts: ["script.googleusercontent.com"],
        refused_by: "error",
        signing: "{secret:hook}",
        later: true,
      },
    "a kind from the future": (agency: Locales) => agency.crm = { kind: "hubspot", token: "x" },
    "a crm that is no object": (agency: Locales) => agency.crm = 7,
  })
) {
  Deno.test(`a form that was not changed keeps every byte: ${what}`, () => {
    for (const space of [2, "\t", 0]) {
      const content = contentWith(edit, space);
      const form = profileForm(valueAt(content, "agency"));
      assert.equal(textOf(withProfile(content, "agency", form)), textOf(content));
    }
  });
}

Deno.test("choosing amoCRM writes its keys and leaves the webhook's address alone", () => {
  const { raw } = edited(() => {}, ({ amocrm }) => ({
    kind: "amocrm",
    amocrm: {
      ...amocrm,
      account: "monster.amocrm.ru",
      tokenSecret: "amo",
      pipeline: "7",
      stage: "9:1",
      fields: "UTM_SOURCE = {source}\n\n 123 = a = b",
    },
  }));
  assert.deepEqual(raw.crm, {
    kind: "amocrm",
    account: "monster.amocrm.ru",
    token: "{secret:amo}",
    pipeline_id: 7,
    fields: { UTM_SOURCE: "{source}", "123": "a = b" },
  });
  assert.equal(raw.webhook_url, "https://crm.example.ru/webhook/agency");
});

Deno.test("a lead straight into a stage has its pipeline and status, and tags may be none", () => {
  const { raw } = edited(
    (agency) => agency.crm = { ...AMOCRM, entry: undefined },
    ({ amocrm }) => ({
      amocrm: { ...amocrm, entry: "lead", stage: "5:6", responsible: "", tags: " " },
    }),
  );
  const { responsible_user_id: _gone, ...rest } = AMOCRM;
  assert.deepEqual(raw.crm, { ...rest, pipeline_id: 5, status_id: 6, tags: [] });
});

Deno.test("ids that are no numbers are kept as typed, for the fault", () => {
  const { raw } = edited(
    (agency) => agency.crm = AMOCRM,
    ({ amocrm }) => ({ amocrm: { ...amocrm, stage: "first:second", responsible: "Анна" } }),
  );
  assert.deepEqual(
    [raw.crm.pipeline_id, raw.crm.status_id, raw.crm.responsible_user_id],
    ["first", "second", "Анна"],
  );
});

Deno.test("another kind keeps the unknown keys and drops the other kind's", () => {
  const address = "https://portal.bitrix24.ru/rest/1/abcdef/";
  const { raw } = edited((agency) => agency.crm = AMOCRM, ({ addresses }) => ({
    kind: "bitrix24",
    addresses: { ...addresses, bitrix24: address },
  }));
  assert.deepEqual(raw.crm, { note: "for people", kind: "bitrix24" });
  assert.equal(raw.webhook_url, address);
});

Deno.test("a plain webhook has no crm, and the managers' chat alone has neither address nor crm", () => {
  const plain = edited(
    (agency) => agency.crm = { ...AMOCRM, note: undefined },
    () => ({ kind: "webhook" }),
  );
  assert.equal("crm" in plain.raw, false);
  assert.equal(plain.raw.webhook_url, "https://crm.example.ru/webhook/agency");

  const chat = edited((agency) => agency.crm = AMOCRM, () => ({ kind: "chat" }));
  assert.equal("crm" in chat.raw, false);
  assert.equal(chat.raw.webhook_url, "");
});

Deno.test("a webhook's extras are written as they are read, and emptied ones are removed", () => {
  const { raw } = edited(() => {}, ({ webhook }) => ({
    webhook: {
      ...webhook,
      body: '{ "title": "{lead_name}", "n": 1 }',
      headers: "Authorization: Bearer {secret:crm_key}",
      accepted: "200, 204",
      redirectHosts: "script.googleusercontent.com",
      refusedBy: " error ",
      signingSecret: "hook",
    },
  }));
  assert.deepEqual(raw.crm, {
    headers: { Authorization: "Bearer {secret:crm_key}" },
    body: { title: "{lead_name}", n: 1 },
    accepted: [200, 204],
    redirect_hosts: ["script.googleusercontent.com"],
    refused_by: "error",
    signing: "{secret:hook}",
    kind: "webhook",
  });

  const { raw: emptied } = edited(
    (agency) => agency.crm = raw.crm,
    () => ({ webhook: crmForm({}).webhook }),
  );
  assert.deepEqual(emptied.crm, { kind: "webhook" });
});

Deno.test("what cannot be read is a fault of its field", () => {
  const faultsOf = (change: Parameters<typeof edited>[1]) => edited(() => {}, change).faults;
  assert.deepEqual(faultsOf(() => ({ kind: "amocrm" })), ["crm.token", "crm.account"]);
  assert.deepEqual(faultsOf(() => ({ kind: "bitrix24" })), ["webhook_url"]);
  assert.deepEqual(
    faultsOf(({ webhook }) => ({
      webhook: { ...webhook, body: '{"a": 1,}', headers: "Authorization Bearer" },
    })),
    ["crm.body", "crm.headers"],
  );
  assert.deepEqual(faultsOf(({ webhook }) => ({ webhook: { ...webhook, body: "[1]" } })), [
    "crm.body",
  ]);
  assert.deepEqual(faultsOf(() => ({ kind: "chat" })), []);
});

for (const levels of [60, 61, 5000]) {
  Deno.test(`a body of ${levels} levels is ${levels > 60 ? "a fault" : "taken"}`, () => {
    const body = '{"a":'.repeat(levels - 1) + "{}" + "}".repeat(levels - 1);
    const content = contentWith((agency) => agency.crm = { kind: "webhook" });
    const form = profileForm(valueAt(content, "agency"));
    assert.ok(form.crm);
    const crm = { ...form.crm, webhook: { ...form.crm.webhook, body } };
    assert.deepEqual(
      profileFaults(content, "agency", { ...form, crm }),
      levels > 60 ? [{ path: "crm.body", message: `уровней ${levels}, нужно не больше 60` }] : [],
    );
    draftProfile("agency", { ...form, crm });
  });
}

Deno.test("a preset's address is checked for the usual mistakes", () => {
  const bitrix = (address: string) => crmAddressFault("bitrix24", address);
  assert.equal(bitrix("https://portal.bitrix24.ru/rest/1/abcdef/"), null);
  assert.equal(bitrix("https://crm.example.ru/rest/12/abcdef/crm.lead.add.json"), null);
  assert.match(
    bitrix("https://portal.bitrix24.ru/crm/lead/list/") ?? "",
    /не похоже на вебхук Битрикс24/,
  );
  const sheets = (address: string) => crmAddressFault("google_sheets", address);
  assert.equal(sheets("https://script.google.com/macros/s/AKfy/exec"), null);
  assert.match(sheets("https://script.google.com/macros/s/AKfy/dev") ?? "", /пробный/);
  assert.match(sheets("https://docs.google.com/spreadsheets/d/1/edit") ?? "", /самой таблицы/);
  assert.match(sheets("https://example.ru/") ?? "", /не похоже на скрипт Google/);
  for (
    const [kind, address] of [
      ["google_sheets", "http://script.google.com/macros/s/AKfy/exec"],
      ["google_sheets", "https://example.ru/macros/s/AKfy/exec"],
      ["bitrix24", "https://portal.bitrix24.ru/rest/1/a-b/"],
      ["bitrix24", "https://portal.bitrix24.ru/rest/1/abcdef/crm/lead/"],
    ] as const
  ) {
    assert.ok(presetAddressFault(kind, address) !== null, address);
    assert.ok(
      crmAddressFault(kind, address) !== null,
      `saved, and the file declines it: ${address}`,
    );
  }
  assert.equal(isOneTimeAddress("https://n8n.example.ru/webhook-test/abc"), true);
  assert.equal(isOneTimeAddress("https://n8n.example.ru/webhook/abc"), false);
});

for (
  const [typed, account] of [
    ["https://monster.amocrm.ru/leads/pipeline/1?x=1", "monster.amocrm.ru"],
    [" Monster.AmoCRM.ru ", "monster.amocrm.ru"],
    ["monster.kommo.com/leads", "monster.kommo.com"],
    ["monster", "monster.amocrm.ru"],
    ["https://crm.example.ru/", "https://crm.example.ru/"],
    ["Наш аккаунт", "Наш аккаунт"],
  ] as const
) {
  Deno.test(`the account in "${typed}" is ${account}`, () => {
    assert.equal(accountIn(typed), account);
  });
}

Deno.test("a secret's name is the shortest free one", () => {
  const taken = new Set<string>();
  for (const name of ["amo", "amo_new_year", "amo_new_year_2"]) {
    assert.equal(newSecretName("amo", "new-year", (each) => taken.has(each)), name);
    taken.add(name);
  }
});
