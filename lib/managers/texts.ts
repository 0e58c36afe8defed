// Plain texts of the managers' chat: offers, answers to commands and presses. Sends nothing, stores nothing.

import type { InlineKeyboardMarkup } from "grammy/types";
import type { TurnCounts } from "../journal/waiting_leads.ts";
import type { SendAllReport } from "../journal/work.ts";
import { type AttemptRecord, type Place, type PlaceCounts, PLACES, type Visitor } from "../lead.ts";
import type { ProfilePlace } from "../profiles/fault_lines.ts";
import { clip } from "../visitors/texts.ts";
import { contact, isBlank } from "../visitor_name.ts";

/** Prefixes of the managers' buttons' callback data. */
export const PRESS = {
  byHand: "by_hand:",
  resend: "resend:",
  take: "take:",
  giveBack: "return:",
  about: "about:",
  sendAll: "all:",
} as const;

/** Formats a moment in the managers' time zone. */
export type TellTime = (atMs: number) => string;

/** Reads which lead a card's button is for; undefined if the bot never made such a button. */
export function readPressedLead(data: string): { number: number; idStart: string } | undefined {
  const [, number, idStart] = /^(\d+):([\da-f]{8})$/.exec(data) ?? [];
  return idStart === undefined ? undefined : { number: Number(number), idStart };
}

/** Most of a reason that is shown, in UTF-16 units. */
const MOST_REASON = 300;

/** How a POST ended, in a few words. */
export function outcomeWords(
  { outcome, status, reason }: Pick<AttemptRecord, "outcome" | "status" | "reason">,
): string {
  switch (outcome) {
    case "accepted":
      return "сделка создана";
    case "answered":
      return `CRM ответила ${status}`;
    case "unreachable":
      return "нет связи с CRM";
    case "interrupted":
      return status === null ? "связь оборвалась" : `CRM ответила ${status}, лид мог дойти`;
    case "timeout":
      return "CRM не ответила вовремя";
    case "client":
      return "адрес вебхука не годится";
    case "unsent":
      return clip(reason ?? "CRM не настроена", MOST_REASON);
    case "unexpected":
      return "неожиданная ошибка";
    case null:
      return "отправляется";
    default:
      return outcome satisfies never;
  }
}

/** The note about profiles that stay broken where they are kept. */
export function brokenFileText(
  { place, since, version, fault }: {
    readonly place: ProfilePlace;
    readonly since: string;
    readonly version: string;
    readonly fault: string;
  },
): string {
  const { what, until } = BROKEN[place];
  return `⚠️ ${what} с ошибкой с ${since}, работает версия от ${version}.\n\n` +
    `${fault}.\n\n` +
    `Лиды идут как прежде. ${until}.`;
}

const BROKEN = {
  file: {
    what: "locales.json на диске",
    until: "Правки из файла и со страницы не подействуют, пока файл не исправят",
    mended: "locales.json снова в порядке",
  },
  database: {
    what: "Профили в базе",
    until: "Правки со страницы не подействуют, пока их не заменят: deno task profiles import",
    mended: "Профили в базе снова в порядке",
  },
} as const;

/** The note that the profiles are valid again. */
export function mendedFileText(place: ProfilePlace): string {
  return `✅ ${BROKEN[place].mended}, правки действуют.`;
}

/** The offer to send open cards when a CRM answers again; without a button once none is open. */
export function offer(
  profileKey: string,
  profileName: string,
  openCards: number,
): { text: string; keyboard: InlineKeyboardMarkup } {
  if (openCards === 0) {
    const text = `✅ CRM снова принимает лиды: ${profileName}.\n\nОткрытых карточек уже нет.`;
    return { text, keyboard: { inline_keyboard: [] } };
  }
  return {
    text: `✅ CRM снова принимает лиды: ${profileName}.\n\nОткрытых карточек: ${openCards}.`,
    keyboard: {
      inline_keyboard: [[{
        text: `Отправить все в CRM (${openCards})`,
        callback_data: `${PRESS.sendAll}${profileKey}`,
      }]],
    },
  };
}

/** The progress or result of sending all open cards of a profile. */
export function sendAllReport(report: SendAllReport): string {
  const { profileName, total, sent, failed, skipped, stopped } = report;
  const done = sent + failed + skipped;
  if (!stopped && done < total) return `⏳ Отправляем в CRM: ${profileName}, ${done} из ${total}…`;
  const lines = [`📤 Отправлено в CRM: ${profileName}, ${sent} из ${total}.`];
  if (skipped > 0) lines.push(`Пропущены: ${skipped} (уже закрыты или посетитель заблокирован).`);
  if (failed > 0) lines.push(`Не приняты: ${failed}. Они ждут в своих карточках.`);
  if (stopped) lines.push(`CRM снова не принимает лиды, остановились. Осталось: ${total - done}.`);
  return lines.join("\n");
}

/** The names of places, in the chat and on the page. */
export const PLACE_WORDS: Readonly<Record<Place, string>> = {
  on_its_way: "Доставляется",
  in_admin_chat: "В чате",
  held: "Ждёт решения",
  blocked: "Заблокирован",
  in_crm: "В CRM",
  by_hand: "Внесён вручную",
};

/** The commands of the managers' chat. */
export const COMMANDS = [
  { command: "status", description: "CRM по профилям и лиды за сегодня" },
  { command: "leads", description: "Все лиды, новые сверху, и открытые карточки" },
  { command: "find", description: "Найти лид: имя, @username или номер" },
  { command: "note", description: "Ответом на карточку: заметка, клиент её не увидит" },
  { command: "block", description: "Ответом на карточку: заблокировать клиента" },
  { command: "unblock", description: "Ответом на неё же: разблокировать" },
  { command: "admin", description: "Ссылка на страницу настроек" },
  { command: "help", description: "Что умеет бот" },
] as const;

/** The commands of a profile's own managers' chat. */
export const OWN_CHAT_COMMANDS = COMMANDS.filter(({ command }) => command !== "admin");

/** Answers `/help`. */
export const HELP = helpText(COMMANDS);

/** The same in a profile's own managers' chat. */
export const OWN_CHAT_HELP = helpText(OWN_CHAT_COMMANDS);

function helpText(commands: readonly typeof COMMANDS[number][]): string {
  return [
    "Сюда приходят лиды, которые не приняла CRM, и дополнения клиентов.",
    "",
    "✅ Внёс в CRM — вы внесли лид вручную, карточка закроется.",
    "🔁 Отправить в CRM — ещё одна попытка. «Возможен дубль» — прошлая могла дойти, проверьте CRM.",
    "🙋 Беру — лид ваш, это видно всем. Чужой можно забрать: бот переспросит.",
    "↩️ Вернуть — лид снова открыт: 10 минут после «Внёс». ℹ️ — что случилось с отправкой.",
    "💬 Ответьте на карточку, дополнение или прежний ответ — бот передаст ваш ответ клиенту. 👍 — дошло, 🤷 — непонятно, кому. " +
    "Правка ответа меняет его и у клиента. Без ответа на сообщение ничего никуда не уходит.",
    "",
    ...commands.map(({ command, description }) => `/${command} — ${description}`),
  ].join("\n");
}

/** Answers `/admin` with a one-time link; `isLocal` if the link works on the server alone. */
export function loginText(link: string, isLocal: boolean): string {
  const text = `🔑 Страница настроек. Ссылка работает 10 минут и один раз:\n${link}`;
  return isLocal ? `${text}\n\n${LOCAL_ONLY}` : text;
}

const LOCAL_ONLY =
  "⚠️ Этот адрес открывается только на самом сервере: чтобы входить отсюда, задайте " +
  "PUBLIC_URL.";

/** The answer to `/admin` until the link is recorded. */
export const LINK_COMES = "🔑 Готовим ссылку…";

/** Replaces a link that was used, or that expired unused. */
export function deadLinkText(
  used: { readonly by: string; readonly atMs: number } | null,
  tellTime: TellTime,
): string {
  if (used !== null) return `🔑 Вход выполнен: ${used.by}, ${tellTime(used.atMs)}`;
  return "🔑 Ссылка устарела. /admin пришлёт новую";
}

/** Answers `/admin` while the page does not run. */
export const NO_PAGE = "Страница настроек сейчас не открыта. Почему — сказано в логе бота.";

/** Toasts on presses of managers' buttons. */
export const TOASTS = {
  closed: "Записано: лид внесён",
  asked: "Отправляем в CRM…",
  running: "Уже отправляем",
  settled: "Этот лид уже закрыт",
  unknown: "Такого лида нет в журнале",
  nothing: "Открытых карточек нет",
} as const;

/** The toast on the press that sends all open cards: how many of them. */
export function sendingText(cards: number): string {
  return cards === 0 ? TOASTS.nothing : `Отправляем в CRM: ${leadsWord(cards)}…`;
}

/** The daily note on yesterday's leads, and on a backup that failed. */
export function dailyText(
  counts: PlaceCounts,
  backupFailure?: string,
  turns?: TurnCounts,
): string {
  const line = [`Вчера: ${countsWords(counts)}`, ...turnWords(turns)].join("\n");
  if (backupFailure === undefined) return line;
  return `${line}\n\n⚠️ Резервной копии журнала за эту ночь нет: ${backupFailure}`;
}

/** «Взято 5, медиана 4 мин · Возвращено 1 · Закрыто 6»; nothing where managers did nothing. */
function turnWords(turns: TurnCounts | undefined): string[] {
  if (turns === undefined || turns.taken + turns.returned + turns.closed === 0) return [];
  const { taken, returned, closed, medianToTakeMs } = turns;
  const median = medianToTakeMs === null
    ? ""
    : `, медиана ${Math.max(1, Math.round(medianToTakeMs / 60_000))} мин`;
  return [`Взято ${taken}${median} · Возвращено ${returned} · Закрыто ${closed}`];
}

/** «42 лида. В CRM 40 · В чате 0 · Внесён вручную 2 · Доставляется 0» */
export function countsWords(counts: PlaceCounts): string {
  const all = PLACES.reduce((sum, place) => sum + (counts[place] ?? 0), 0);
  const parts = (["in_crm", "in_admin_chat", "held", "blocked", "by_hand", "on_its_way"] as const)
    .filter((place) => !isRare(place) || (counts[place] ?? 0) > 0)
    .map((place) => `${PLACE_WORDS[place]} ${counts[place] ?? 0}`);
  return `${leadsWord(all)}. ${parts.join(" · ")}`;
}

/** Whether a place is named only where leads are in it. */
function isRare(place: Place): boolean {
  return place === "held" || place === "blocked";
}

const LEADS: Readonly<Record<string, string>> = { one: "лид", few: "лида", many: "лидов" };

/** Created on first use: it takes 1.5 MB. */
let plural: Intl.PluralRules | undefined;

/** «1 лид», «42 лида», «5 лидов». */
export function leadsWord(count: number): string {
  plural ??= new Intl.PluralRules("ru");
  return `${count} ${LEADS[plural.select(count)] ?? "лида"}`;
}

/** The note on leads of one visitor that were held back. */
export function heldText(leads: number, visitor: Visitor): string {
  const isOne = leads % 10 === 1 && leads % 100 !== 11;
  const sent = isOne ? "не отправлен в CRM, он" : "не отправлены в CRM, они";
  return `⚠️ Ещё ${leadsWord(leads)} от ${contact(visitor)} за час ${sent} на странице «Лиды»`;
}

/** A manager's name on cards. */
export function managerName(manager: Visitor): string {
  const { username, firstName } = manager;
  const name = username !== null || isBlank(firstName) ? contact(manager) : firstName;
  return name.slice(0, 64).toWellFormed();
}
