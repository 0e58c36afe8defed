// The loop of every floor: asks for updates, answers presses, sends leads. The caller provides `send`. Knows no runtime.

/**
 * Never ends.
 *
 * @param {object} floor
 * @param {Record<string, string>} floor.env
 * @param {string} floor.locales The text of locales.json.
 * @param {(url: string, body: object) => Promise<any>} floor.send POSTs JSON and tells the answer's.
 * @param {(url: string, lead: object, updateId: number) => Promise<unknown>} [floor.sendLead]
 * @param {(updates: readonly any[]) => void} [floor.keep] Comes before anything of a batch is sent.
 */
export async function runFloor({ env, locales, send, sendLead = send, keep = () => {} }) {
  const api = `${env.TELEGRAM_API_ROOT}/bot${env.BOT_TOKEN}`;
  const { agency } = JSON.parse(locales);
  const call = (method, params) => send(`${api}/${method}`, params);

  function handle({ update_id: updateId, message, callback_query: query }) {
    if (message !== undefined) {
      return call("sendMessage", {
        chat_id: message.chat.id,
        text: agency.step1.caption,
        reply_markup: { inline_keyboard: agency.step1.buttons.map((button) => [button]) },
      });
    }
    const { from } = query;
    const choice = agency.step2.choices[query.data];
    const lead = {
      lead_name: `Новый лид с Telegram: ${agency.name}`,
      contact: { name: `${from.first_name} ${from.last_name}`, username: `@${from.username}` },
      source: "Telegram Bot",
      request_details: choice,
    };
    return Promise.all([
      call("editMessageText", {
        chat_id: query.message.chat.id,
        message_id: query.message.message_id,
        text: agency.step2.success_caption_template.replace("{choice}", choice),
      }),
      call("answerCallbackQuery", { callback_query_id: query.id }),
      sendLead(agency.webhook_url, lead, updateId),
    ]);
  }

  let offset = 0;
  for (;;) {
    const { result } = await call("getUpdates", { offset, limit: 100, timeout: 30 });
    if (result.length > 0) keep(result);
    for (const update of result) {
      offset = update.update_id + 1;
      handle(update).catch(() => {});
    }
  }
}
