// reply_markup: reads the buttons of a message and refuses what Telegram refuses.
// Source: https://core.telegram.org/bots/api#inlinekeyboardmarkup

import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";
import { readReplyKeyboard, type ReplyKeyboard } from "./reply_keyboard.ts";
import { isObject, type JsonObject, optionalFlag, reading, requiredText } from "./params.ts";
import { badRequest } from "./refusal.ts";

const MAX_CALLBACK_DATA_BYTES = 64;
/** The most buttons of one message. */
const MAX_BUTTONS = 100;

/** What a reply_markup does: buttons under the message, or another keyboard in the chat. */
export interface ReplyMarkup {
  readonly inline: InlineKeyboardMarkup | undefined;
  /** Of the chat, not kept with the message: "removed" takes it away, undefined leaves it. */
  readonly keyboard: ReplyKeyboard | "removed" | undefined;
}

/** The reply_markup of a new message. */
export function readReplyMarkup(value: unknown): ReplyMarkup {
  if (value === undefined) return { inline: undefined, keyboard: undefined };
  if (!isObject(value)) throw badRequest("object expected as reply markup");
  if ("inline_keyboard" in value) {
    return { inline: readInlineKeyboard(value["inline_keyboard"]), keyboard: undefined };
  }
  return { inline: undefined, keyboard: reading(null, () => readOtherMarkup(value)) };
}

/** The reply_markup of an edit, which takes buttons under the message alone. */
export function readInlineMarkup(value: unknown): InlineKeyboardMarkup | undefined {
  if (isObject(value) && !("inline_keyboard" in value)) {
    throw badRequest("inline keyboard expected");
  }
  return readReplyMarkup(value).inline;
}

function readInlineKeyboard(rows: unknown): InlineKeyboardMarkup | undefined {
  if (!Array.isArray(rows)) throw badRequest('field "inline_keyboard" must be of type Array');
  let buttons = 0;
  const inline_keyboard: InlineKeyboardButton[][] = [];
  for (const row of rows) {
    if (!Array.isArray(row)) throw badRequest("field must be an Array of Arrays");
    if (row.length === 0) continue;
    inline_keyboard.push(row.map(readButton));
    buttons += row.length;
  }
  if (buttons > MAX_BUTTONS) throw badRequest("reply markup is too long");
  return buttons > 0 ? { inline_keyboard } : undefined;
}

/** Reads callback_data and url: the bot sends no other kind of button. */
function readButton(item: unknown): InlineKeyboardButton {
  return reading("can't parse inline keyboard button", () => {
    if (!isObject(item)) throw new RangeError("InlineKeyboardButton must be an Object");
    const other = Object.keys(item).find((key) => !["text", "callback_data", "url"].includes(key));
    if (other !== undefined) throw new RangeError(`This simulator reads no "${other}"`);
    const text = requiredText(item, "text");
    if (!text.isWellFormed()) {
      throw badRequest("inline keyboard button text must be encoded in UTF-8");
    }
    if ("url" in item) return { text: named(text), url: readUrl(requiredText(item, "url")) };
    if ((item["callback_data"] ?? "") === "") {
      throw new RangeError("Text buttons are unallowed in the inline keyboard");
    }
    const data = requiredText(item, "callback_data");
    if (new TextEncoder().encode(data).length > MAX_CALLBACK_DATA_BYTES) {
      throw badRequest("BUTTON_DATA_INVALID");
    }
    return { text: named(text), callback_data: data };
  });
}

function named(text: string): string {
  if (text.trim() === "") throw badRequest("inline keyboard button text must be non-empty");
  return text;
}

function readUrl(url: string): string {
  const { protocol, hostname } = URL.parse(url) ?? {};
  const isPage = protocol === "https:" || protocol === "http:";
  if (protocol === "tg:" || isPage && hostname?.includes(".")) return url;
  throw badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`);
}

function readOtherMarkup(value: JsonObject): ReplyMarkup["keyboard"] {
  optionalFlag(value, "selective");
  if ("keyboard" in value) return readReplyKeyboard(value);
  optionalFlag(value, "force_reply");
  return optionalFlag(value, "remove_keyboard") === true ? "removed" : undefined;
}
