// OpenTelemetry: the bot's own spans and metrics reach a collector, and no secret does.

import assert from "node:assert/strict";
import { type OtlpReceiver, startOtlpReceiver } from "../helpers/otlp_receiver.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { buttonTexts, galliard, greet, wordsOf } from "../helpers/visits.ts";
import { TOKEN, withWorld, type World } from "../helpers/world.ts";

const ASK = "📞 Оставьте номер, и мы перезвоним.";
const PHONE = "+79161234567";
const LINK_TOKEN = "a-link-token-that-must-never-be-seen-000000";

Deno.test("a collector gets spans and metrics of updates, attempts and sends, and no token, path, phone or word", async () => {
  await using collector = startOtlpReceiver();
  await withWorld(async (world) => {
    const visitor = galliard(world);
    visitor.press(await greet(visitor), CHOICE);
    await visitor.chat.nextMessage((each) => wordsOf(each) === ASK);
    visitor.say("8 916 123-45-67");
    const { headers, body } = await world.crm.nextLead();
    assert.match(JSON.stringify(body), /9161234567/);
    assert.ok(!("traceparent" in headers), JSON.stringify(headers));
    // Fresh itself has spans: they stay off.
    const banner = await world.bot.line("🌐 Страница настроек: ");
    const login = await fetch(`${banner.split(" ")[3]}/login?token=${LINK_TOKEN}`);
    assert.match(await login.text(), /Ссылка устарела/);
    await world.bot.line("успешно отправлен");
    world.crm.behave({ kind: "answer", status: 500, body: `no ${PHONE} at ${world.crm.url}` });
    await becomeOther(world);
    await world.admin.chat.nextMessage();
    await world.bot.line("⚠️ Fallback");
    world.admin.kickBot();
    await becomeOther(world);
    await collector.until(() =>
      collector.metrics().get("triborg.owed_work")?.some(({ work }) => work === "card") === true
    );
    await world.telegram.down();
    await world.bot.line("Telegram недоступен");
    await collector.until(() => {
      const { update, confirmation, card } = sentBy(collector);
      return update !== undefined && confirmation !== undefined && card !== undefined;
    });
    const { length } = collector.bodies;
    await collector.until(() => collector.bodies.length > length + 1); // Also what came of the lost Telegram.
    await world.bot.kill(); // With its exporter on Deno may never end by itself (denoland/deno#33157).

    const spans = collector.spans();
    assert.deepEqual(new Set(spans.map(({ scope }) => scope)), new Set(["triborg"]));
    const { first, failed, update, confirmation, card } = sentBy(collector);
    assert.equal(first?.attributes["triborg.outcome"], "accepted");
    assert.equal(first?.parentSpanId, "", "it waited for the phone, so no update is its parent");
    assert.equal(first?.attributes["triborg.chat"], String(visitor.id));
    assert.equal(failed?.attributes["triborg.outcome"], "answered");
    assert.equal(failed?.status, 2);
    assert.equal(update?.name, "update");
    assert.equal(update?.attributes["triborg.lead"], failed?.attributes["triborg.lead"]);
    assert.equal(update?.parentSpanId, "");
    assert.equal(confirmation?.parentSpanId, update?.spanId);
    assert.equal(card?.attributes["triborg.outcome"], "shown");
    assert.equal(card?.attributes["triborg.chat"], String(world.admin.id));

    const metrics = collector.metrics();
    const outcomes = metrics.get("triborg.attempt.duration");
    assert.ok(outcomes?.some((each) => each["outcome"] === "accepted"));
    assert.ok(outcomes?.some((each) => each["outcome"] === "answered"));
    for (const name of ["triborg.update.duration", "triborg.send.duration"]) {
      assert.ok(metrics.has(name), name);
    }

    assert.deepEqual([...collector.paths].toSorted(), ["/v1/metrics", "/v1/traces"]);
    const { host, pathname } = new URL(world.crm.url);
    const links = [TOKEN, "AAF0test", LINK_TOKEN, pathname, host];
    const secrets = [...links, "9161234567", "Аня", CONFIRMATION, CHOICE];
    const all = collector.bodies.join("\n");
    assert.deepEqual(secrets.filter((each) => all.includes(each)), []);
  }, {
    env: collector.env,
    locales(locales) {
      locales.agency.phone = { ask: ASK, wait_seconds: 600 };
    },
  });
});

/** The spans of the attempts, of the second one's update and confirmation, and of its card, as far as they arrived. */
function sentBy(collector: OtlpReceiver) {
  const spans = collector.spans();
  const bySpan = new Map(spans.map((span) => [span.attributes["triborg.span"], span]));
  const failed = bySpan.get("attempt-2-1");
  const update = spans.find(({ spanId }) => spanId === failed?.parentSpanId);
  const confirmation = spans.find((each) =>
    each.name === "send confirmation" && each.traceId === update?.traceId
  );
  const card = spans.find(({ name }) => name === "send card");
  return { first: bySpan.get("attempt-1-1"), failed, update, confirmation, card };
}

/** A lead of a profile that asks for no phone. */
async function becomeOther({ telegram }: World): Promise<void> {
  const visitor = telegram.user({ first_name: "Аня", username: "anya" });
  const menu = await greet(visitor, "cg");
  visitor.press(menu, buttonTexts(menu)[0] ?? "");
}
