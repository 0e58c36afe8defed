// Between two scenarios of the transcript: a manager closes the cards, so that the page begins with a quiet chat. Later
// would be too late: the first lead that a CRM takes again brings an offer to send all open cards.

import type { Group } from "../../simulator/telegram/server.ts";

/** How the button begins that closes a card. */
const BY_HAND = "✅ Внёс";

/** Closes every open card; resolves when the bot has answered each press, or did not in time. */
export async function closeCards(admin: Group): Promise<void> {
  const manager = admin.member({ first_name: "Мария", username: "maria" });
  for (const message of admin.chat.messages) {
    const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
    const close = buttons.find(({ text }) => text.startsWith(BY_HAND));
    if (close !== undefined) await manager.press(message, close.text).answered.catch(() => {});
  }
}
