// Applies the profile's form to locales.json: text in, text out. Touches no file; unchanged values keep their bytes.

import { createHash } from "node:crypto";
import { addressOf, changedCrm } from "./crm_edits.ts";
import { type CrmForm, crmForm } from "./crm_form.ts";
import { withValue } from "../json/edit.ts";
import { type JsonText, valueAt } from "../json/text.ts";
import { list, record, text } from "./raw_values.ts";
import { ownChatChange, type OwnChatForm, ownChatForm } from "./managers_chat.ts";
import { phoneChange, type PhoneForm, phoneForm } from "./phone_edits.ts";

/** The file as text with parsed members. */
export type Content = JsonText;

/** The menu's key in the file. */
export const MENU_KEY = "fallback";

/** The fields of a profile's form, as typed. */
export interface ProfileForm {
  readonly name: string;
  /** Of the chosen kind; empty for a kind without one. */
  readonly webhookUrl: string;
  /** Where leads go; undefined if the form has no fields for it, and then it stays. */
  readonly crm?: CrmForm | undefined;
  readonly timeoutSeconds: string;
  /** Undefined if the form has no fields for it, as `aliases`. */
  readonly ownChat?: OwnChatForm | undefined;
  readonly photoUrl: string;
  /** The name of an uploaded photo, or empty; undefined if the form has no field for it. */
  readonly photoFile?: string | undefined;
  readonly caption: string;
  /** Empty for the menu's; undefined if the form has no field for it. */
  readonly awayText?: string | undefined;
  readonly buttons: readonly ButtonForm[];
  readonly confirmationTemplate: string;
  /** Empty for none; undefined if the form has no field for it. */
  readonly afterHoursText?: string | undefined;
  readonly followUpTemplate: string;
  /** Empty for the bot's own text. */
  readonly thanksText: string;
  /** What visitors read while the profile is paused; empty for the bot's own text. */
  readonly pausedText?: string | undefined;
  /** Undefined if the form has no fields for it, as `aliases`. */
  readonly phone?: PhoneForm | undefined;
  /** Old link words that still lead here; undefined if the form has no field for them. */
  readonly aliases?: readonly string[] | undefined;
}

export interface ButtonForm {
  readonly callbackData: string;
  readonly text: string;
  /** The name for the CRM and the confirmation; empty if it is the text. */
  readonly choice: string;
}

/** A hash of a profile or of the menu as its form has it: without translations, which have versions of their own, and state. */
export function versionOf(content: Content, key: string): string {
  const { translations: _own, state: _apart, ...base } = record(valueAt(content, key));
  const text = JSON.stringify(content.members.has(key) ? base : null);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** The form filled from a profile in the file. */
export function profileForm(raw: unknown): ProfileForm {
  const profile = record(raw);
  const step1 = record(profile["step1"]);
  const step2 = record(profile["step2"]);
  const choices = record(step2["choices"]);
  return {
    name: text(profile["name"]),
    webhookUrl: text(profile["webhook_url"]),
    crm: crmForm(profile),
    timeoutSeconds: text(profile["timeout_seconds"]),
    ownChat: ownChatForm(profile),
    photoUrl: text(step1["photo_url"]),
    photoFile: text(step1["photo_file"]).trim(),
    caption: text(step1["caption"]),
    awayText: text(step1["away_text"]),
    buttons: list(step1["buttons"]).map((button) => {
      const callbackData = text(button["callback_data"]);
      const said = text(button["text"]);
      const choice = text(choices[callbackData]);
      return { callbackData, text: said, choice: choice === said ? "" : choice };
    }),
    confirmationTemplate: text(step2["success_caption_template"]),
    afterHoursText: text(step2["after_hours_text"]),
    followUpTemplate: text(record(profile["followup"])["admin_followup_template"]),
    thanksText: text(record(profile["followup"])["thanks_text"]),
    pausedText: text(profile["paused_text"]),
    phone: phoneForm(profile["phone"]),
    aliases: aliasesOf(raw),
  };
}

/** The old link words of a profile in the file. */
export function aliasesOf(raw: unknown): string[] {
  const { aliases } = record(raw);
  return Array.isArray(aliases) ? aliases.filter((each) => typeof each === "string") : [];
}

/** The file with a form applied to a profile; unchanged fields keep their spelling. */
export function withProfile(content: Content, key: string, form: ProfileForm): Content {
  const profile = record(valueAt(content, key));
  const before = profileForm(profile);
  const step1 = record(profile["step1"]);
  const step2 = record(profile["step2"]);
  const followUp = record(profile["followup"]);
  return withValue(content, key, {
    ...profile,
    ...changed("name", oneLine(before.name), form.name),
    ...form.aliases === undefined || form.aliases.join() === before.aliases?.join()
      ? {}
      : { aliases: form.aliases.length === 0 ? undefined : form.aliases },
    ...isAddressLeft(form)
      ? {}
      : changed("webhook_url", before.webhookUrl.trim(), form.webhookUrl.trim()),
    ...form.crm === undefined ? {} : changedCrm(profile, form.crm),
    ...ownChatChange(profile, form.ownChat),
    ...seconds(before.timeoutSeconds, form.timeoutSeconds),
    step1: {
      ...step1,
      ...changed("photo_url", before.photoUrl.trim(), form.photoUrl.trim()),
      ...form.photoFile === undefined
        ? {}
        : changedOwn("photo_file", before.photoFile ?? "", form.photoFile),
      ...changed("caption", before.caption, form.caption),
      ...form.awayText === undefined
        ? {}
        : changedOwn("away_text", before.awayText ?? "", form.awayText),
      buttons: buttonsOf(list(step1["buttons"]), form.buttons),
    },
    step2: {
      ...step2,
      ...changed(
        "success_caption_template",
        before.confirmationTemplate,
        form.confirmationTemplate,
      ),
      ...form.afterHoursText === undefined
        ? {}
        : changedOwn("after_hours_text", before.afterHoursText ?? "", form.afterHoursText),
      ...choicesOf(step2["choices"], before.buttons, form.buttons),
    },
    followup: {
      ...followUp,
      ...changed("admin_followup_template", before.followUpTemplate, form.followUpTemplate),
      ...changedOwn("thanks_text", before.thanksText, form.thanksText),
    },
    ...form.pausedText === undefined
      ? {}
      : changedOwn("paused_text", text(profile["paused_text"]), form.pausedText),
    ...phoneChange(profile["phone"], form.phone, isSameInField),
  });
}

/** Whether the chosen kind has no address, so that the file's stays. */
function isAddressLeft({ crm }: ProfileForm): boolean {
  return crm !== undefined && addressOf(crm) === undefined;
}

/** The key with the typed text; empty if the field was not changed. */
export function changed(name: string, before: string, after: string): Record<string, string> {
  return isSameInField(before, after) ? {} : { [name]: after };
}

/** The same for an optional text: an emptied field removes the key. */
export function changedOwn(
  name: string,
  before: string,
  after: string,
): Record<string, string | undefined> {
  const isGone = after.trim() === "" && !isSameInField(before, after);
  return isGone ? { [name]: undefined } : changed(name, before, after);
}

/** Whether `after` is what a browser sends for an untouched field filled with `before`: line ends may differ. */
export function isSameInField(before: string, after: string): boolean {
  return plain(before) === plain(after);
}

function plain(typed: string): string {
  return typed.replace(/\r\n?/g, "\n");
}

/** Applies a form's buttons; a known button can only change its text. */
export function buttonsOf(
  before: readonly Readonly<Record<string, unknown>>[],
  typed: readonly Pick<ButtonForm, "text" | "callbackData">[],
): unknown[] {
  const known = new Map(before.map((each) => [text(each["callback_data"]), each]));
  return typed.map(({ callbackData, text: said }) => {
    const button = known.get(callbackData);
    return {
      ...button,
      ...changed("text", button === undefined ? "" : oneLine(text(button["text"])), said),
      ...button === undefined ? { text: said, callback_data: callbackData } : {},
    };
  });
}

/** Choices of removed buttons stay: old messages still have those buttons. */
function choicesOf(
  raw: unknown,
  before: readonly ButtonForm[],
  typed: readonly ButtonForm[],
): { choices?: Readonly<Record<string, unknown>> } {
  const choices = { ...record(raw) };
  const known = new Map(before.map((each) => [each.callbackData, each]));
  for (const { callbackData, text, choice } of typed) {
    const was = known.get(callbackData);
    const isLeft = was !== undefined && isSameInField(oneLine(was.text), text) &&
      isSameInField(oneLine(was.choice), choice);
    if (!isLeft) choices[callbackData] = choice.trim() === "" ? text : choice;
  }
  return Object.keys(choices).length === 0 && raw === undefined ? {} : { choices };
}

function oneLine(text: string): string {
  return text.replace(/\r\n?|\n/g, " ");
}

/** Callback data for a new button, never used before, or old messages would change meaning; `random` is from 0 to 1. */
export function newCallbackData(key: string, random: number): string {
  return `${key}_${Math.floor(random * 36 ** 5).toString(36).padStart(5, "0")}`;
}

function seconds(before: string, typed: string): { timeout_seconds?: unknown } {
  const trimmed = typed.trim().replace(",", ".");
  if (trimmed === before) return {};
  if (trimmed === "") return { timeout_seconds: null };
  return { timeout_seconds: /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : typed };
}
