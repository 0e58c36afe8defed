// The floor: the least that does a lead's work. A loop, fetch, no framework, no journal, nothing tried twice; what it drops is lost.

const env = (name: string) => Deno.env.get(name)!;
const api = `${env("TELEGRAM_API_ROOT")}/bot${env("BOT_TOKEN")}`;
const { agency } = JSON.parse(Deno.readTextFileSync(env("LOCALES_PATH")));

async function send(url: string, body: unknown) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return await response.json();
}

function call(method: string, params: unknown) {
  return send(`${api}/${method}`, params);
}

// deno-lint-ignore no-explicit-any
function handle({ message, callback_query: query }: any): Promise<unknown> {
  if (message !== undefined) {
    const keyboard = agency.step1.buttons.map((button: unknown) => [button]);
    return call("sendMessage", {
      chat_id: message.chat.id,
      text: agency.step1.caption,
      reply_markup: { inline_keyboard: keyboard },
    });
  }
  const { from } = query;
  const choice = agency.step2.choices[query.data];
  return Promise.all([
    call("editMessageText", {
      chat_id: query.message.chat.id,
      message_id: query.message.message_id,
      text: agency.step2.success_caption_template.replace("{choice}", choice),
    }),
    call("answerCallbackQuery", { callback_query_id: query.id }),
    send(agency.webhook_url, {
      lead_name: `Новый лид с Telegram: ${agency.name}`,
      contact: { name: `${from.first_name} ${from.last_name}`, username: `@${from.username}` },
      source: "Telegram Bot",
      request_details: choice,
    }),
  ]);
}

let offset = 0;
for (;;) {
  const { result } = await call("getUpdates", { offset, limit: 100, timeout: 30 });
  for (const update of result) {
    offset = update.update_id + 1;
    handle(update).catch(() => {});
  }
}
