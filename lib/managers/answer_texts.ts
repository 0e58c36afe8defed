// Texts of the managers' chat about answers to visitors. Sends nothing, stores nothing.

import { fmt } from "@grammyjs/parse-mode";
import type { InlineKeyboardMarkup } from "grammy/types";
import type { Lead } from "../lead.ts";
import { LIMITS } from "../profiles/limits.ts";
import { type RefusalWords, refusalWords } from "../visitors/answer_refusals.ts";
import { contact, fullName } from "../visitor_name.ts";
import { clip, type Formatted } from "../visitors/texts.ts";
import { mention, plain, pressedLead } from "./cards.ts";

/** Begins the callback data of the buttons that choose an answer's lead; its number and the lead follow. */
export const CHOOSE = "to:";

/** What follows the answer's number where it is for none of its leads. */
const NO_LEAD = "-";

/** Reads a button that chooses an answer's lead; undefined if the bot never made such a button. */
export function readChoice(
  data: string,
): { readonly answer: number; readonly pressed: string | null } | undefined {
  const [, answer, pressed] = /^(\d{1,15}):(-|\d{1,15}:[\da-f]{8})$/.exec(data) ?? [];
  if (answer === undefined || pressed === undefined) return undefined;
  return { answer: Number(answer), pressed: pressed === NO_LEAD ? null : pressed };
}

/** Asks which of the leads of a message an answer or a note is for. */
export function questionText(
  answer: number,
  kind: "answer" | "note",
  leads: readonly Lead[],
): { readonly message: Formatted; readonly keyboard: InlineKeyboardMarkup } {
  const rows = leads.map((lead) => [{
    text: clip(`${contact(lead.visitor)} · ${lead.choice}`, MOST_LABEL),
    callback_data: `${CHOOSE}${answer}:${pressedLead(lead)}`,
  }]);
  const none = {
    text: kind === "note" ? "✖️ Не записывать" : "✖️ Не отправлять",
    callback_data: `${CHOOSE}${answer}:${NO_LEAD}`,
  };
  const text = kind === "note"
    ? "📝 О ком эта заметка? В сообщении несколько лидов."
    : "💬 Кому отправить этот ответ? В сообщении несколько лидов.";
  return {
    message: { text, entities: [] },
    keyboard: { inline_keyboard: [...rows, [none]] },
  };
}

/** Longest label of a button that names a lead, in UTF-16 units. */
export const MOST_LABEL = 48;

/** Replaces the question once a lead is chosen; undefined for none. */
export function chosenText(kind: "answer" | "note", lead: Lead | undefined): Formatted {
  if (lead === undefined) {
    return { text: kind === "note" ? "✖️ Не записано" : "✖️ Не отправлено", entities: [] };
  }
  const mark = kind === "note" ? "📝" : "💬";
  return plain(fmt`${mark} → ${mention(lead.visitor)} · ${clip(lead.choice, LIMITS.choice)}`);
}

/** Tells a manager that an answer, or an edit of one, did not arrive. */
export function refusalText(
  reason: string,
  isEdit: boolean,
  lead: Pick<Lead, "visitor"> | undefined,
): Formatted {
  const what = isEdit ? "Правка не доставлена" : "Не доставлено";
  const who = lead === undefined ? fmt`` : fmt` (${mention(lead.visitor)})`;
  return plain(fmt`❌ ${what}${who}: ${refusalWords(reason, REFUSALS)}`);
}

const REFUSALS: RefusalWords = {
  blocked: "клиент заблокировал бота",
  deactivated: "аккаунт клиента удалён",
  no_chat: "у клиента нет чата с этим ботом",
  uneditable: "клиент удалил это сообщение",
  uncopyable: "сообщение удалено или его нельзя переслать",
  missing: (files) => `файлов альбома: ${files}`,
};

/** Asks the managers to reply with an answer to a lead. */
export function invitationText(lead: Lead, by: string): Formatted {
  return plain(
    fmt`💬 Написать: ${clip(fullName(lead.visitor), LIMITS.name)}, ${mention(lead.visitor)}
Лид № ${String(lead.number)} · ${clip(lead.profileName, LIMITS.name)} · ${
      clip(lead.choice, LIMITS.choice)
    }

Ответьте на это сообщение — бот передаст ваш ответ клиенту. (${by})`,
  );
}

/** Toasts on presses of the buttons that choose a lead. */
export const CHOICE_TOASTS = {
  chosen: "Принято",
  settled: "Уже выбрано",
  unknown: "Такого ответа нет в журнале",
} as const;

/** Answers `/note` that is no reply to a lead, or says nothing. */
export const NOTE_HOW =
  "📝 Ответьте командой /note на карточку или сообщение клиента: /note текст заметки. Клиент её не увидит.";

/** Answers a reply that begins like a command: it was not sent. */
export const NO_SUCH_COMMAND = "Такой команды нет, клиенту ничего не отправлено. Команды: /help";
