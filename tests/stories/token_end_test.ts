// The end of an amoCRM token: told in the managers' chat in time, listed by /health, and survived by every lead.

import assert from "node:assert/strict";
import { amoToken } from "../../lib/simulator/crm/amocrm.ts";
import { withAmoWorld } from "../helpers/amo_world.ts";
import { freePort } from "../helpers/free_port.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import { logIn } from "../helpers/page_crawl.ts";
import { becomeLead, galliard, wordsOf } from "../helpers/visits.ts";

const DAY_S = 24 * 3600;
const PASSWORD = "a long enough password";
const ENDING = /токен AmoCRM действует до /;
const ENDED = /токен AmoCRM закончился /;

/** A token that ends so many seconds from now. */
function tokenEndingIn(seconds: number): string {
  return amoToken({ expiresAtS: Math.floor(Date.now() / 1000) + seconds });
}

const ENDS = [
  [
    "in 5 days",
    5 * DAY_S,
    /^⏳ Токен AmoCRM закончится .*, осталось дней: 5\. Профиль: MONSTER AGENCY\./,
  ],
  [
    "in 20 hours",
    20 * 3600,
    /^⏳ Токен AmoCRM закончится .*, осталось дней: 1\. Профиль: MONSTER AGENCY\./,
  ],
  ["an hour ago", -3600, /^⚠️ Токен AmoCRM закончился .*: MONSTER AGENCY\./],
] as const;

for (const [when, seconds, words] of ENDS) {
  const token = tokenEndingIn(seconds);
  const port = String(freePort());
  Deno.test(`a token that ends ${when} is told once in the managers' chat, also over a restart, and listed by /health`, () =>
    withAmoWorld(async (world) => {
      const isAlarm = (text: string) => words.test(text);
      await world.admin.chat.waitFor((each) => isAlarm(wordsOf(each)));
      const health = async () => {
        const response = await fetch(`http://127.0.0.1:${port}/health`);
        const report = await response.json();
        return { status: response.status, tokens: report.crm.tokens };
      };
      const endsAt = new Date((Math.floor(Date.now() / 1000) + seconds) * 1000).getTime();
      const { status, tokens } = await health();
      assert.equal(status, 200);
      assert.deepEqual(tokens.map(({ profiles }: { profiles: string[] }) => profiles), [[
        "agency",
      ]]);
      assert.ok(Math.abs(new Date(tokens[0].endsAt).getTime() - endsAt) < 60_000);

      const origin = `http://127.0.0.1:${port}`;
      const cookie = await logIn(origin, PASSWORD);
      const page = await (await fetch(`${origin}/`, { headers: { cookie } })).text();
      assert.doesNotMatch(page, /class="strip"/);
      const [troubles = ""] = /<div class="troubles"[^]*?<\/div>/.exec(page) ?? [];
      assert.match(troubles, seconds < 0 ? ENDED : ENDING);
      assert.match(troubles, /href="\/profiles\/agency"/);

      await becomeLead(galliard(world));
      if (seconds < 0) {
        await world.admin.chat.waitFor((each) => wordsOf(each) === expectedCard());
        await world.bot.line(
          /Статус: 401, Ответ: Invalid token: Token has expired|Token has expired/,
        );
      } else await world.bot.line(/^✅ Лид успешно отправлен/);

      await world.bot.stop();
      await world.restart();
      await world.bot.line("на связи");
      const boris = world.telegram.user({ first_name: "Борис", username: "boris" });
      await becomeLead(boris);
      boris.say("маркер");
      await world.admin.chat.waitFor((each) => wordsOf(each).includes("маркер"));
      assert.equal(world.admin.chat.messages.filter((each) => isAlarm(wordsOf(each))).length, 1);
      assert.ok(!world.bot.lines.join("\n").includes(token));
    }, { amo: { token }, env: { SECRET_AMO: token, PORT: port, ADMIN_PASSWORD: PASSWORD } }));
}

Deno.test("a token that ends in 100 days is listed and not told; a new one that ends sooner is told", () => {
  const [late, soon] = [tokenEndingIn(100 * DAY_S), tokenEndingIn(20 * DAY_S)];
  return withAmoWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    visitor.say("маркер");
    await world.admin.chat.waitFor((each) => wordsOf(each).includes("маркер"));
    assert.ok(!world.admin.chat.messages.some((each) => wordsOf(each).includes("Токен")));
    await world.bot.stop();
    await world.restart({ SECRET_AMO: soon });
    await world.admin.chat.waitFor((each) => /осталось дней: 20\./.test(wordsOf(each)));
  }, { amo: { token: late }, env: { SECRET_AMO: late } });
});
