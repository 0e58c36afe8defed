// The keyboard that a bot puts in place of a chat's own: read, and refused where Telegram refuses it.
// Source: https://core.telegram.org/bots/api#replykeyboardmarkup

import { isObject, type JsonObject, optionalFlag, reading, requiredText } from "./params.ts";
import { badRequest } from "./refusal.ts";

/** A button: pressed, it sends its text, or the person's own contact. */
export interface ReplyButton {
  readonly text: string;
  readonly asksContact: boolean;
}

/** A keyboard as the chat shows it. */
export interface ReplyKeyboard {
  readonly rows: readonly (readonly ReplyButton[])[];
  /** Whether apps hide it after one press; it can still be brought back. */
  readonly isOneTime: boolean;
}

/** The most buttons of one keyboard. */
const MAX_BUTTONS = 300;

/** @returns "removed" for a keyboard without buttons. */
export function readReplyKeyboard(value: JsonObject): ReplyKeyboard | "removed" {
  const { keyboard } = value;
  if (!Array.isArray(keyboard)) throw new RangeError('Field "keyboard" must be of type Array');
  for (const flag of ["resize_keyboard", "is_persistent"]) optionalFlag(value, flag);
  const rows = keyboard.map((row: unknown) => {
    if (!Array.isArray(row)) throw badRequest("field must be an Array of Arrays");
    return row.map(readButton);
  }).filter((row) => row.length > 0);
  const buttons = rows.flat().length;
  if (buttons > MAX_BUTTONS) throw badRequest("reply markup is too long");
  if (buttons === 0) return "removed";
  return { rows, isOneTime: optionalFlag(value, "one_time_keyboard") === true };
}

/** Reads request_contact alone: the bot asks for nothing else. */
function readButton(item: unknown): ReplyButton {
  return reading("can't parse keyboard button", () => {
    const button = typeof item === "string" ? { text: item } : item;
    if (!isObject(button)) throw new RangeError("KeyboardButton must be an Object");
    const other = Object.keys(button).find((key) => key !== "text" && key !== "request_contact");
    if (other !== undefined) throw new RangeError(`This simulator reads no "${other}"`);
    const text = requiredText(button, "text");
    if (!text.isWellFormed()) throw badRequest("keyboard button text must be encoded in UTF-8");
    if (text.trim() === "") throw badRequest("keyboard button text must be non-empty");
    return { text, asksContact: optionalFlag(button, "request_contact") === true };
  });
}
