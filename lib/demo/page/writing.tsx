// Below a phone's chat: what is replied to, the field for words, and the bot's keyboard.

import type { SimMessage } from "../../simulator/telegram/server.ts";
import { MOST_TEXT, type Phone } from "../stage/phone.ts";
import { wordsOf } from "./message_text.tsx";
import { ACTIONS, type PhoneView } from "./phone_view.ts";
import type { View } from "./view.ts";

/** The bot's keyboard, what is replied to, and the field for words. */
export function Writing({ owner, phone, label, words }: PhoneView & { readonly label: string }) {
  const { replyTo, editing, keyboard } = phone;
  const target = editing ?? replyTo;
  return (
    <>
      <form method="post" action={ACTIONS[owner]} class="target" id={`${owner}-target`} data-live>
        {target !== null && (
          <div id={`${owner}-target-${target.message_id}`}>
            <p>
              <strong>{editing === null ? words.replying : words.editing}</strong>{" "}
              {firstLine(target) || words.photo}
            </p>
            <button
              type="submit"
              class="quiet"
              name="none"
              value="1"
              id={`${owner}-none`}
              aria-label={words.cancel}
            >
              ✕
            </button>
          </div>
        )}
      </form>
      <form method="post" action={ACTIONS[owner]} class="say">
        <input
          type="text"
          name="text"
          id={`${owner}-text`}
          maxLength={MOST_TEXT}
          autocomplete="off"
          value={editing?.text ?? ""}
          placeholder={placeholderOf(phone, label, words)}
          aria-label={label}
        />
        <button type="submit" class="send" aria-label={words.send} title={words.send}>➤</button>
        <button
          type="submit"
          class="quiet attach"
          name="photo"
          value="1"
          aria-label={words.sendPhoto}
          title={words.sendPhoto}
        >
          📷
        </button>
      </form>
      <form
        method="post"
        action={ACTIONS[owner]}
        class="reply-keyboard"
        id={`${owner}-keyboard`}
        aria-label={words.keyboard}
        data-live
      >
        {keyboard?.rows.map((row, index) => (
          <div class="row" id={`${owner}-keys-${index}`}>
            {row.map(({ text, asksContact }) => (
              <button type="submit" name="tap" value={text}>
                {asksContact && <span aria-hidden="true">📱</span>}
                {text}
              </button>
            ))}
          </div>
        ))}
      </form>
    </>
  );
}

function placeholderOf({ replyTo, editing }: Phone, label: string, words: View["words"]): string {
  if (editing !== null) return words.newText;
  return replyTo === null ? label : words.yourReply;
}

function firstLine(message: SimMessage): string {
  return wordsOf(message).split("\n", 1)[0] ?? "";
}
