// Adds a profile to locales.json: a blank draft, or a copy of another. Text in, text out; touches no file.

import { withText, withValue } from "../json/edit.ts";
import { mapStrings } from "../json/rewrite.ts";
import { valueAt } from "../json/text.ts";
import { type Content, newCallbackData } from "./edits.ts";
import { LIMITS } from "./limits.ts";
import { NAME } from "./name_in_texts.ts";
import { list, record, text } from "./raw_values.ts";

function blankProfile(key: string, name: string, random: () => number): object {
  const callbackData = newCallbackData(key, random());
  const choice = "Оставить заявку";
  return {
    name,
    state: "draft",
    webhook_url: "",
    step1: {
      photo_url: "",
      caption: "👋 Здравствуйте! С чем вам помочь?",
      buttons: [{ text: choice, callback_data: callbackData }],
    },
    step2: {
      success_caption_template: "✅ Принято: {choice}.\n\n" +
        "👤 Мы свяжемся с вами в Telegram в ближайшее время.",
      choices: { [callbackData]: choice },
    },
    followup: {
      admin_followup_template: "📎 Дополнение от @{username}:\n\n{message}",
    },
  };
}

/** Appends a draft, a copy of `from` or a blank one. */
export function withNewProfile(
  content: Content,
  { key, name, from }: {
    readonly key: string;
    readonly name: string;
    readonly from?: string | undefined;
  },
  random: () => number,
): Content {
  return from === undefined
    ? withValue(content, key, blankProfile(key, name, random))
    : withCopy(content, { key, name, from }, random);
}

/** Callback data must be unique to a profile, so a copy gets its own. */
function withCopy(
  content: Content,
  { key, name, from }: { readonly key: string; readonly name: string; readonly from: string },
  random: () => number,
): Content {
  const original = content.members.get(from);
  if (original === undefined) throw new ReferenceError(`No profile "${from}"`);
  const own = new Map(
    callbackDataOf(original.value).map((before) => {
      const derived = before.startsWith(`${from}_`)
        ? key + before.slice(from.length)
        : newCallbackData(key, random());
      const isShort = derived.length <= LIMITS.callbackDataBytes;
      return [before, isShort ? derived : newCallbackData(key, random())];
    }),
  );
  const named = nameInTexts(String(record(valueAt(content, from))["name"]));
  const copied = mapStrings(original.text, {
    key: (each) => own.get(each) ?? each,
    value(each, path) {
      if (path.at(-1) === "callback_data") return own.get(each) ?? each;
      return isTextOfProfile(path) ? named(each) : each;
    },
  });
  const copy = withText(content, key, copied);
  // A link leads to one profile: old links stay with the original.
  const changes = { name, state: "draft", aliases: undefined };
  return withValue(copy, key, { ...valueAt(copy, key) as object, ...changes });
}

/** Replaces a name in a text by `{name}`; `Ан` does not occur in `Анна`. */
function nameInTexts(name: string): (text: string) => string {
  const said = name.trim();
  if (said === "") return (text) => text;
  return (text) => {
    const [first = "", ...others] = text.split(said);
    let result = first;
    let before = first;
    for (const other of others) {
      const isInWord = isWord(lastOf(before)) || isWord(firstOf(other));
      result += (isInWord ? said : NAME) + other;
      before = other;
    }
    return result;
  };
}

function isWord(sign: string): boolean {
  return /[\p{L}\p{N}]/u.test(sign);
}

function firstOf(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0);
}

function lastOf(text: string): string {
  return [...text.slice(-2)].at(-1) ?? "";
}

/** Whether visitors or managers read the value at this path of a profile or translation. */
function isTextOfProfile(path: readonly (string | number)[]): boolean {
  const [step = "", key = "", ...rest] = path[0] === "translations" ? path.slice(2) : path;
  switch (step) {
    case "step1":
      return key === "caption" || key === "away_text" ||
        key === "buttons" && rest.length === 2 && rest[1] === "text";
    case "step2":
      return key === "success_caption_template" || key === "after_hours_text" || key === "choices";
    case "followup":
      return key === "admin_followup_template" || key === "thanks_text";
    case "paused_text":
      return key === "";
    case "phone":
      return key === "ask" || key === "share_button" || key === "skip_button" ||
        key === "thanks_text";
    default:
      return false;
  }
}

function callbackDataOf(raw: unknown): string[] {
  const { step1 } = record(raw);
  return list(record(step1)["buttons"]).map((button) => text(button["callback_data"]));
}
