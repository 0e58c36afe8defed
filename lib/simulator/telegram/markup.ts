// The buttons of a message: reads reply_markup and refuses what Telegram refuses.
// Source: https://core.telegram.org/bots/api#inlinekeyboardmarkup

import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";
import { linkFault } from "./links.ts";
import { isObject, type JsonObject, optionalFlag, reading, requiredText } from "./params.ts";
import { badRequest } from "./refusal.ts";

/** The most bytes of callback_data. */
export const MAX_CALLBACK_DATA_BYTES = 64;
/** The most buttons of one message. */
export const MAX_BUTTONS = 100;

type ButtonLook = InlineKeyboardButton.AbstractInlineKeyboardButton;

/**
 * The inline keyboard of a reply_markup. undefined when there is none, and for the other kinds of
 * markup, which Telegram checks but does not keep with the message.
 */
export function readReplyMarkup(value: unknown): InlineKeyboardMarkup | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) throw badRequest("object expected as reply markup");
  if ("inline_keyboard" in value) return readInlineKeyboard(value["inline_keyboard"]);
  reading(null, () => checkOtherMarkup(value));
  return undefined;
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

function readButton(item: unknown): InlineKeyboardButton {
  return reading("can't parse inline keyboard button", () => {
    if (!isObject(item)) throw new RangeError("InlineKeyboardButton must be an Object");
    const text = requiredText(item, "text");
    if (!text.isWellFormed()) {
      throw badRequest("inline keyboard button text must be encoded in UTF-8");
    }
    const button = withAction(item, { text, ...readLook(item) });
    if (text.trim() === "") throw badRequest("inline keyboard button text must be non-empty");
    return button;
  });
}

function readLook(item: JsonObject): Omit<ButtonLook, "text"> {
  const style = item["style"];
  const icon = item["icon_custom_emoji_id"];
  return {
    ...(style === "danger" || style === "success" || style === "primary" ? { style } : {}),
    ...(typeof icon === "string" ? { icon_custom_emoji_id: icon } : {}),
  };
}

function withAction(item: JsonObject, look: ButtonLook): InlineKeyboardButton {
  if (given(item, "url")) {
    const url = requiredText(item, "url");
    const fault = linkFault(url);
    if (fault) throw badRequest(`inline keyboard button URL '${url}' is invalid: ${fault}`);
    return { ...look, url };
  }
  if (given(item, "callback_data")) {
    const data = requiredText(item, "callback_data");
    if (new TextEncoder().encode(data).length > MAX_CALLBACK_DATA_BYTES) {
      throw badRequest("BUTTON_DATA_INVALID");
    }
    return { ...look, callback_data: data };
  }
  if (typeof item["switch_inline_query"] === "string") {
    return { ...look, switch_inline_query: item["switch_inline_query"] };
  }
  if (typeof item["switch_inline_query_current_chat"] === "string") {
    return { ...look, switch_inline_query_current_chat: item["switch_inline_query_current_chat"] };
  }
  const copyText = item["copy_text"];
  if (isObject(copyText)) {
    const text = requiredText(copyText, "text");
    if (text.length < 1 || text.length > 256) throw badRequest("BUTTON_COPY_TEXT_INVALID");
    return { ...look, copy_text: { text } };
  }
  const webApp = item["web_app"];
  if (isObject(webApp)) {
    const url = requiredText(webApp, "url");
    if (!url.startsWith("https://")) {
      throw badRequest(
        `inline keyboard button Web App URL '${url}' is invalid: Only HTTPS links are allowed`,
      );
    }
    return { ...look, web_app: { url } };
  }
  if ("pay" in item || "callback_game" in item) throw badRequest("BUTTON_TYPE_INVALID");
  throw new RangeError("Text buttons are unallowed in the inline keyboard");
}

function given(item: JsonObject, field: string): boolean {
  return item[field] !== undefined && item[field] !== null && item[field] !== "";
}

function checkOtherMarkup(value: JsonObject): void {
  if ("keyboard" in value && !Array.isArray(value["keyboard"])) {
    throw new RangeError('Field "keyboard" must be of type Array');
  }
  optionalFlag(value, "remove_keyboard");
  optionalFlag(value, "force_reply");
  optionalFlag(value, "selective");
  optionalFlag(value, "resize_keyboard");
  optionalFlag(value, "one_time_keyboard");
  optionalFlag(value, "is_persistent");
}
