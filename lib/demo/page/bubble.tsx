// One message as Telegram's apps show it: what it replies to, photo, words, time, reaction, buttons.

import type { InlineKeyboardButton } from "grammy/types";
import { messageLink } from "../../message_link.ts";
import type { SimMessage } from "../../simulator/telegram/server.ts";
import type { Owner, Phone } from "../stage/phone.ts";
import { buttonGloss, messageGloss } from "./gloss.ts";
import { MessageText, type PlaceOf, wordsOf } from "./message_text.tsx";
import { photoAddress } from "./photos.ts";
import type { PhoneView } from "./phone_view.ts";
import type { View } from "./view.ts";

interface BubbleProps extends PhoneView {
  readonly message: SimMessage;
}

/** A message with what can be done about it. */
export function Bubble({ owner, phone, message, stage, words, language }: BubbleProps) {
  const { message_id: id, reply_to_message: quoted, contact } = message;
  const isOwn = message.from.id !== stage.botId;
  const text = wordsOf(message);
  const gloss = language === "en" && !isOwn ? messageGloss(text) : undefined;
  const reaction = phone.reactionTo(id);
  const rows = message.reply_markup?.inline_keyboard ?? [];
  return (
    <div class={isOwn ? "message own" : "message"} id={messageId(owner, message)}>
      <div class="line">
        <div class="bubble">
          {quoted !== undefined && (
            <p class="quoted">
              {wordsOf(quoted).split("\n", 1)[0] || words.photo}
            </p>
          )}
          {message.photo !== undefined && <Photo {...{ message, stage, words }} />}
          {contact !== undefined && (
            <p>
              <span aria-label={words.contact}>👤</span> {contact.first_name},{" "}
              {contact.phone_number}
            </p>
          )}
          {text !== "" && (
            <p>
              <MessageText message={message} placeOf={placesIn(phone, owner)} />
            </p>
          )}
          {gloss !== undefined && (
            <p class="gloss" title={words.english}>
              {gloss}
            </p>
          )}
          <p class="meta">
            {reaction !== undefined && (
              <span class="reaction" role="img" aria-label={`${words.reacted} ${reaction}`}>
                {reaction}
              </span>
            )}
            <span>
              {message.edit_date !== undefined && `${words.edited} `}
              <time>{clockTime(message.date)}</time>
            </span>
          </p>
        </div>
        <Deeds {...{ owner, message, isOwn, words }} />
      </div>
      {rows.length > 0 && (
        <div class="keyboard">
          {rows.map((row) => (
            <div class="row">
              {row.map((button) => <Key key={button.text} {...{ button, id, language }} />)}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** A message's id on the page. */
function messageId(owner: Owner, { chat, message_id }: SimMessage): string {
  return `${owner}-${chat.id}-${message_id}`;
}

/** Where the messages are that this phone shows: links to others lead into Telegram. */
function placesIn(phone: Phone, owner: Owner): PlaceOf {
  return (address) => {
    const message = phone.messages.find(({ chat, message_id }) =>
      messageLink({ chatId: chat.id, messageId: message_id }) === address
    );
    return message && `#${messageId(owner, message)}`;
  };
}

/** Reply to the bot in the managers' chat; edit what one has written. */
function Deeds(
  { owner, message, isOwn, words }: Pick<BubbleProps, "owner" | "message" | "words"> & {
    readonly isOwn: boolean;
  },
) {
  const { message_id: id, text } = message;
  if (!isOwn && owner === "manager") {
    return (
      <button type="submit" class="deed" name="reply" value={String(id)} title={words.reply}>
        <span aria-hidden="true">↩</span>
        <span class="visually-hidden">{words.reply}</span>
      </button>
    );
  }
  if (!isOwn || text === undefined || text.startsWith("/")) return null;
  return (
    <button type="submit" class="deed" name="edit" value={String(id)} title={words.edit}>
      <span aria-hidden="true">✎</span>
      <span class="visually-hidden">{words.edit}</span>
    </button>
  );
}

function Photo({ message, stage, words }: Pick<BubbleProps, "message" | "stage" | "words">) {
  const { file_id: fileId = "" } = message.photo?.at(-1) ?? {};
  const source = stage.photoSource(fileId);
  if (source === undefined) return <div class="photo none" role="img" aria-label={words.photo} />;
  return <img class="photo" src={photoAddress(fileId, source)} alt={words.photo} />;
}

function Key(
  { button, id, language }: {
    readonly button: InlineKeyboardButton;
    readonly id: number;
    readonly language: View["language"];
  },
) {
  const gloss = language === "en" ? buttonGloss(button.text) : undefined;
  const label = (
    <>
      {button.text}
      {gloss !== undefined && <small>{gloss}</small>}
    </>
  );
  if ("url" in button) {
    return <a class="key" href={button.url} target="_blank" rel="noopener noreferrer">{label}</a>;
  }
  const data = "callback_data" in button ? button.callback_data : "";
  return <button type="submit" class="key" name="press" value={`${id} ${data}`}>{label}</button>;
}

/** In this machine's zone, which is the browser's too. */
function clockTime(seconds: number): string {
  return new Date(seconds * 1000).toTimeString().slice(0, 5);
}
