// The running bot measures itself, and a page's row learns how a lead that was sent again ended.

import assert from "node:assert/strict";
import { type Family, parseExposition } from "../helpers/exposition_parser.ts";
import { withBot } from "../helpers/bot_here.ts";
import { freePort } from "../helpers/free_port.ts";
import { logIn } from "../helpers/page_crawl.ts";
import { becomeLead, galliard, wordsOf } from "../helpers/visits.ts";

const TOKEN = "a-token-of-the-metrics";
const PASSWORD = "a long enough password";

async function metricsOf(origin: string): Promise<Map<string, Family>> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const response = await fetch(`${origin}/metrics`, { headers });
  return new Map(parseExposition(await response.text()).map((family) => [family.name, family]));
}

/** The value of a sample by its suffix and its labels. */
function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
  suffix = "",
): number {
  const sample = families.get(name)?.samples.find((each) =>
    each.name === name + suffix &&
    Object.entries(labels).every(([label, value]) => each.labels.get(label) === value)
  );
  assert.ok(sample, `no ${name}${suffix} ${JSON.stringify(labels)}`);
  return sample.value;
}

const port = String(freePort());
const env = { PORT: port, METRICS_TOKEN: TOKEN, ADMIN_PASSWORD: PASSWORD };

/** The metrics as soon as one of them has a value; asks again until then. */
async function metricsWhen(
  origin: string,
  value: number,
  ...sample: readonly [string, Readonly<Record<string, string>>, string?]
): Promise<Map<string, Family>> {
  for (;;) {
    const metrics = await metricsOf(origin);
    if (valueOf(metrics, ...sample) === value) return metrics;
  }
}

/** What the form of a page needs to be sent. */
function formTokenIn(html: string): string {
  return /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? "";
}

Deno.test("a lead's times and its POST's outcome are measured, and the row of one that is sent again follows it to its end", () =>
  withBot(async ({ world }) => {
    const origin = `http://127.0.0.1:${port}`;
    const { telegram, crm, admin } = world;
    const confirmation = "triborg_press_to_confirmation_seconds";
    const accepted = "triborg_press_to_accepted_seconds";

    // Telegram puts the first confirmation off for a second: it counts with all of its time.
    telegram.fault({
      method: /^editMessage/,
      times: 1,
      fault: {
        kind: "error",
        error_code: 429,
        description: "Too Many Requests: retry after 1",
        parameters: { retry_after: 1 },
      },
    });
    await becomeLead(galliard(world));
    await crm.nextLead();
    const atOnce = { phone: "not_asked" };
    let metrics = await metricsWhen(origin, 1, accepted, atOnce, "_count");
    assert.equal(valueOf(metrics, confirmation, {}, "_count"), 1);
    assert.equal(valueOf(metrics, confirmation, { le: "0.5" }, "_bucket"), 0);
    assert.ok(valueOf(metrics, confirmation, {}, "_sum") >= 1);
    const refused = "triborg_telegram_too_many_requests_total";
    assert.equal(valueOf(metrics, refused, { rank: "confirmation" }), 1);

    crm.behave({ kind: "answer", status: 500 });
    await becomeLead(telegram.user({ first_name: "Anna", username: "anna" }));
    await admin.chat.nextMessage();
    metrics = await metricsWhen(origin, 1, "triborg_open_cards", {});
    assert.equal(valueOf(metrics, confirmation, {}, "_count"), 2);
    assert.equal(valueOf(metrics, accepted, atOnce, "_count"), 1);
    const outcomes = "triborg_crm_outcomes_total";
    for (const outcome of ["accepted", "answered"]) {
      assert.equal(valueOf(metrics, outcomes, { profile: "agency", outcome }), 1, outcome);
    }

    // The same card, sent again from the list to a CRM that takes its time.
    const answered = Promise.withResolvers<void>();
    crm.behave({ kind: "slow", until: answered.promise });
    const headers = { cookie: await logIn(origin, PASSWORD) };
    const look = async (path: string) => await (await fetch(origin + path, { headers })).text();
    const list = await look("/leads");
    assert.match(list, /1 карточка ждёт менеджера/);
    const body = new URLSearchParams({
      form_token: formTokenIn(list),
      do: "resend",
      back: "/leads",
      script: "yes",
    });
    const pressed = await fetch(`${origin}/leads/2`, {
      method: "POST",
      body,
      headers: { ...headers, origin, "sec-fetch-site": "same-origin" },
    });
    const fresh = /data-fresh="([^"]+)"/.exec(await pressed.text())?.[1]?.replaceAll("&amp;", "&");
    assert.ok(fresh);
    assert.match(await look(fresh), /data-fresh=/);
    answered.resolve();
    await admin.chat.waitFor((each) => /✅ В CRM: /.test(wordsOf(each)));
    const row = await look(fresh);
    assert.doesNotMatch(row, /data-fresh=/);
    assert.match(row, /CRM приняла: сделка создана\./);
    assert.match(row, /<span id="open-cards" class="badge"><\/span>/);
    metrics = await metricsOf(origin);
    assert.equal(valueOf(metrics, outcomes, { profile: "agency", outcome: "accepted" }), 2);
    // A manager's decision says nothing of how soon leads reach the CRM.
    assert.equal(valueOf(metrics, accepted, atOnce, "_count"), 1);
  }, { env: { ...env, CRM_TIMEOUT_SECONDS: "10" } }));
