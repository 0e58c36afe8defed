// The usual bot: Telegraf. A press is answered, the CRM is awaited, then the visitor gets the confirmation, or the
// managers get the card first. Runs under Deno, and under Node with the path of an installed Telegraf as its argument.

import { readFileSync } from "node:fs";
import { argv, env } from "node:process";

const installed = argv[2];
const { Telegraf } = installed === undefined
  ? await import("npm:telegraf@4.16.3")
  : await import(installed);
const timeoutMs = Number(env.CRM_TIMEOUT_SECONDS) * 1000;
const { agency } = JSON.parse(readFileSync(env.LOCALES_PATH, "utf8"));

const bot = new Telegraf(env.BOT_TOKEN, { telegram: { apiRoot: env.TELEGRAM_API_ROOT } });

bot.start(async (ctx) => {
  const keyboard = agency.step1.buttons.map((button) => [button]);
  await ctx.reply(agency.step1.caption, { reply_markup: { inline_keyboard: keyboard } });
});

bot.action(/^agency_/, async (ctx) => {
  const choice = agency.step2.choices[ctx.match.input];
  await ctx.answerCbQuery();
  if (!await sendLead(ctx, choice)) {
    await ctx.telegram.sendMessage(
      env.ADMIN_CHAT_ID,
      `⚠️ [FALLBACK - CRM НЕДОСТУПНА] ⚠️\n\nЗапрос: ${choice}\nКонтакт: @${ctx.from.username}`,
    );
  }
  await ctx.editMessageText(
    agency.step2.success_caption_template.replace("{choice}", () => choice),
  );
});

async function sendLead({ from }, choice) {
  console.log("📤 Отправка лида в AmoCRM");
  try {
    const response = await fetch(agency.webhook_url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        lead_name: `Новый лид с Telegram: ${agency.name}`,
        contact: { name: `${from.first_name} ${from.last_name}`, username: `@${from.username}` },
        source: "Telegram Bot",
        request_details: choice,
      }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.text();
    console.log(`✅ Лид успешно отправлен в AmoCRM. Статус: ${response.status}`);
    return [200, 201, 202].includes(response.status);
  } catch (error) {
    console.log(`❌ Ошибка отправки в AmoCRM: ${error}`);
    return false;
  }
}

await bot.launch();
