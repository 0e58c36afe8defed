// The form's fields about phones, from locales.json and back. Touches no file.

import { PHONE_WAIT_SECONDS } from "./limits.ts";
import type { PhoneQuestion, PhoneTexts } from "./profile.ts";
import { record, text } from "./raw_values.ts";

/** The texts as typed; empty for the bot's own, or the base's. */
export interface PhoneTextsForm {
  /** Without it a profile asks for no phone. */
  readonly ask: string;
  readonly share: string;
  readonly skip: string;
  readonly thanks: string;
}

export interface PhoneForm extends PhoneTextsForm {
  readonly waitSeconds: string;
}

/** Nothing typed. */
export const NO_PHONE: PhoneForm = { ask: "", share: "", skip: "", thanks: "", waitSeconds: "" };

/** Whether two texts are the same in a browser's field. */
type IsSame = (before: string, after: string) => boolean;

const KEYS = {
  ask: "ask",
  share: "share_button",
  skip: "skip_button",
  thanks: "thanks_text",
} as const satisfies Record<keyof PhoneTextsForm, string>;

const NAMES = ["ask", "share", "skip", "thanks"] as const;

export function phoneTextsForm(raw: unknown): PhoneTextsForm {
  const phone = record(raw);
  const [ask = "", share = "", skip = "", thanks = ""] = NAMES.map((name) =>
    text(phone[KEYS[name]])
  );
  return { ask, share, skip, thanks };
}

export function phoneForm(raw: unknown): PhoneForm {
  return { ...phoneTextsForm(raw), waitSeconds: text(record(raw)["wait_seconds"]) };
}

/** The key with its new value, where the form changes it; undefined for a form without fields for it. */
export function phoneChange(
  raw: unknown,
  form: PhoneForm | undefined,
  isSame: IsSame,
): Readonly<Record<string, unknown>> {
  if (form === undefined) return {};
  const phone = phoneWith(raw, form, isSame);
  return phone === raw ? {} : { phone };
}

/** The `phone` of the file with a form applied; what was not changed keeps its spelling. Undefined where it goes. */
function phoneWith(raw: unknown, form: PhoneForm, isSame: IsSame): unknown {
  const before = phoneForm(raw);
  const isSwitchedOff = before.ask.trim() !== "" && form.ask.trim() === "";
  const isBlank = Object.values(form).every((each) => each.trim() === "");
  if (isSwitchedOff || (isBlank && raw === undefined)) return undefined;
  const typed = form.waitSeconds.trim().replace(",", ".");
  const isWaitSame = typed === before.waitSeconds;
  if (isWaitSame && NAMES.every((name) => isSame(before[name], form[name]))) return raw;
  const texts = phoneTextsWith(raw, form, isSame);
  if (isWaitSame) return { ask: "", ...texts };
  const { wait_seconds: _before, ...rest } = texts;
  if (typed === "") return { ask: "", ...rest };
  return {
    ask: "",
    ...rest,
    wait_seconds: /^\d+(\.\d+)?$/.test(typed) ? Number(typed) : form.waitSeconds,
  };
}

/** The same of the texts alone, as a translation has them. */
export function phoneTextsWith(
  raw: unknown,
  form: PhoneTextsForm,
  isSame: IsSame,
): Readonly<Record<string, unknown>> {
  const phone = { ...record(raw) };
  const before = phoneTextsForm(raw);
  for (const name of NAMES) {
    if (isSame(before[name], form[name])) continue;
    if (form[name].trim() === "") delete phone[KEYS[name]];
    else phone[KEYS[name]] = form[name];
  }
  return phone;
}

/** The question for the preview, even from a faulty form. */
export function draftPhone(form: PhoneForm): PhoneQuestion | null {
  if (form.ask.trim() === "") return null;
  const waitMs = PHONE_WAIT_SECONDS.usual * 1000;
  return { ...draftPhoneTexts(form), ask: form.ask, waitMs };
}

export function draftPhoneTexts(form: PhoneTextsForm): PhoneTexts {
  const filled = (typed: string) => typed.trim() === "" ? null : typed;
  return {
    ask: filled(form.ask),
    share: filled(form.share),
    skip: filled(form.skip),
    thanks: filled(form.thanks),
  };
}
