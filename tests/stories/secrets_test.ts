// No secret is shown: every failure at once, with secrets that the test knows.

import assert from "node:assert/strict";
import { freePort } from "../helpers/free_port.ts";
import { TOKEN, withWorld } from "../helpers/world.ts";
import { becomeLead, galliard } from "../helpers/visits.ts";

const PASSWORD = "a password that nobody may see";
const METRICS = "metrics-token-that-nobody-may-see";

for (const format of ["text", "json"]) {
  Deno.test(`in ${format} no failure shows a token, a webhook's path or a password, neither in the log nor on the page`, () =>
    withWorld(async (world) => {
      const { crm, telegram, admin } = world;
      const path = new URL(crm.url).pathname;
      const secrets = [TOKEN, TOKEN.split(":")[1] ?? "", path, PASSWORD, METRICS, "hidden-query"];
      const visitor = () => galliard(world);

      crm.behave({ kind: "answer", status: 500, body: `${crm.url} ${TOKEN} ${PASSWORD}` });
      await becomeLead(visitor());
      await admin.chat.nextMessage();
      for (const kind of ["reset_after_reading", "reset_in_body", "silent", "redirect"] as const) {
        crm.behave({ kind });
        await becomeLead(visitor());
      }
      await crm.down();
      await becomeLead(visitor());
      await world.editLocales((locales) => {
        locales.agency.webhook_url = `ftp://example.com${path}`;
        locales.cg.webhook_url = "https://user:hidden-query@example.com/x";
      });
      await world.bot.line("изменения приняты");
      await becomeLead(visitor());
      for (const text of [`{"fallback": "${path}"`, `{"agency": {"webhook_url": "${crm.url}"}}`]) {
        await Deno.writeTextFile(world.localesPath, text);
        await world.bot.line(() => countFaults(world.bot.lines) > 0);
      }
      telegram.fault({ chatId: admin.id, times: 3, fault: { kind: "reset_after" } });
      await becomeLead(visitor());
      await telegram.down();
      await world.bot.line("Telegram недоступен");
      await telegram.up();
      admin.kickBot();
      await becomeLead(visitor());
      await world.bot.line("КРИТИЧЕСКАЯ");

      const origin = `http://127.0.0.1:${PORT}`;
      const pages = ["/", "/login?token=wrong", "/health", "/metrics", "/leads", "/nowhere", "/%"];
      const texts = await Promise.all(pages.map(async (page) => {
        const response = await fetch(origin + page, {
          headers: { authorization: `Bearer wrong-${METRICS.length}` },
          redirect: "manual",
        });
        return `${[...response.headers].join()} ${await response.text()}`;
      }));
      await world.bot.stop();
      const shown = [...world.bot.lines, ...texts].join("\n");
      for (const secret of secrets) {
        assert.ok(!shown.includes(secret), `«${secret}» is shown: ${around(shown, secret)}`);
      }
    }, {
      env: {
        LOG_FORMAT: format,
        LOG_LEVEL: "debug",
        ADMIN_PASSWORD: PASSWORD,
        METRICS_TOKEN: METRICS,
        PORT,
      },
      locales: (locales, crm) => void (locales.agency.webhook_url = `${crm.url}?key=hidden-query`),
      telegram: { limits: "off" },
    }));
}

const PORT = String(freePort());

function countFaults(lines: readonly string[]): number {
  return lines.filter((line) => line.includes("❌ locales.json")).length;
}

function around(text: string, part: string): string {
  const at = text.indexOf(part);
  return text.slice(Math.max(0, at - 200), at + part.length + 50);
}
