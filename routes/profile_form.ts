// Reads the form of a profile: the fields, and which button was pressed.

import type { ButtonForm, ProfileForm } from "../lib/profiles/edits.ts";
import { field, fields } from "../lib/page/form.ts";
import { readOwnChatForm } from "./components/own_chat_fields.tsx";
import { readPhoneForm } from "./components/phone_fields.tsx";
import { addressOf } from "../lib/profiles/crm_edits.ts";
import { readCrmForm } from "./crm_form.ts";

/** More buttons are not drawn again; the fault says how many there were. */
const MOST_BUTTONS = 200;

export type Wish =
  | { readonly kind: "save" | "show" | "test" | "add" | "unphoto" }
  /** Removes a key at once. */
  | { readonly kind: "forget"; readonly secret: string }
  | { readonly kind: "press" | "unalias"; readonly index: number }
  | Move;

/** ↑, ↓ or ✕ beside a row. */
export interface Move {
  readonly kind: "up" | "down" | "remove";
  readonly index: number;
}

export function readProfileForm(form: URLSearchParams): ProfileForm {
  const crm = readCrmForm(form);
  const [keys, texts, choices] = ["button_key", "button_text", "button_choice"]
    .map((name) => fields(form, name));
  return {
    name: oneLine(field(form, "name")),
    webhookUrl: crm === undefined ? field(form, "webhook_url").trim() : addressOf(crm) ?? "",
    crm,
    timeoutSeconds: field(form, "timeout_seconds").trim(),
    ownChat: readOwnChatForm(form),
    photoUrl: field(form, "photo_url").trim(),
    photoFile: form.has("photo_file") ? field(form, "photo_file").trim() : undefined,
    caption: field(form, "caption"),
    awayText: form.has("away") ? field(form, "away") : undefined,
    buttons: (keys ?? []).slice(0, MOST_BUTTONS).map((callbackData, index) => ({
      callbackData,
      text: oneLine(texts?.[index] ?? ""),
      choice: oneLine(choices?.[index] ?? ""),
    })),
    confirmationTemplate: field(form, "confirmation"),
    afterHoursText: form.has("after_hours") ? field(form, "after_hours") : undefined,
    followUpTemplate: field(form, "follow_up"),
    thanksText: field(form, "thanks"),
    pausedText: form.has("paused_text") ? field(form, "paused_text") : undefined,
    phone: readPhoneForm(form),
    aliases: form.has("aliases") ? field(form, "aliases").match(/\S+/g) ?? [] : undefined,
  };
}

export function readWish(form: URLSearchParams): Wish {
  const [kind = "save", place = ""] = field(form, "do").split(":");
  switch (kind) {
    case "show":
    case "test":
    case "add":
    case "unphoto":
      return { kind };
    case "forget":
      return { kind, secret: place };
    case "press":
    case "unalias":
      return { kind, index: Number(place) || 0 };
    case "up":
    case "down":
    case "remove":
      return { kind, index: Number(place) || 0 };
    default:
      return { kind: "save" };
  }
}

export function rearrange<T>(rows: readonly T[], { kind, index }: Move): T[] {
  if (kind === "remove") return rows.filter((_, each) => each !== index);
  const to = kind === "up" ? index - 1 : index + 1;
  const moved = [...rows];
  const [one, other] = [moved[index], moved[to]];
  if (one === undefined || other === undefined) return moved;
  [moved[index], moved[to]] = [other, one];
  return moved;
}

export function newButton(callbackData: string): ButtonForm {
  return { callbackData, text: "", choice: "" };
}

function oneLine(text: string): string {
  return text.replaceAll("\n", " ");
}
