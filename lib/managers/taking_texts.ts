// Texts about who has a lead, what happened to it, and why it is in the managers' chat. Sends nothing, stores nothing.

import { type AttemptRecord, type Card, type Deed, type Lead, mayHaveArrived } from "../lead.ts";
import type { Returned, Taken } from "../journal/taking.ts";
import { outcomeWords, PLACE_WORDS, type TellTime } from "./texts.ts";

export const BUTTONS = { take: "🙋 Беру", giveBack: "↩️ Вернуть", about: "ℹ️" } as const;

/** Between a card's own words and what happened to its lead. */
export const LINE = "──────────────";

/** What happened to a lead, a line each. */
export function happenedTo(card: Card, tellTime: TellTime): string[] {
  const { owner, returned, closed } = card;
  const lines = [
    owner === null ? "" : `👤 ${deed(owner, tellTime)}`,
    returned === null || closed !== null ? "" : `↩️ Возвращён: ${deed(returned, tellTime)}`,
    statusOf(card, tellTime),
  ];
  return lines.filter((line) => line !== "");
}

function statusOf({ lead, lastAttempt, sending, closed }: Card, tellTime: TellTime): string {
  if (closed !== null) return `✅ ${PLACE_WORDS.by_hand}: ${deed(closed, tellTime)}`;
  if (sending) return "⏳ Отправляем в CRM…";
  if (lastAttempt === null) return "";
  if (lastAttempt.askedBy === null) {
    // The headline says that the CRM does not answer, and it was not asked.
    return lastAttempt.outcome === "unsent" ? `❌ ${UNSENT}: ${outcomeWords(lastAttempt)}` : "";
  }
  const { askedBy: by, endedAtMs, begunAtMs } = lastAttempt;
  const when = deed({ by, atMs: endedAtMs ?? begunAtMs }, tellTime);
  if (lead.state === "in_crm") return `✅ ${PLACE_WORDS.in_crm}: ${when}`;
  return `❌ ${UNSENT} (${outcomeWords(lastAttempt)}): ${when}`;
}

const UNSENT = "Не отправлено в CRM";

function deed({ by, atMs }: Deed, tellTime: TellTime): string {
  return `${by}, ${tellTime(atMs)}`;
}

/** Answers a press of «Беру»; a question is shown until it is closed. */
export function takenText(taken: Taken, tellTime: TellTime): PressAnswer {
  switch (taken.kind) {
    case "taken":
      return { text: "Лид ваш" };
    case "yours":
      return { text: "Этот лид уже у вас" };
    case "asked": {
      const since = deed({ by: taken.owner, atMs: taken.sinceMs }, tellTime);
      return {
        text: `Лид уже взят: ${since}.\n\nЗабрать себе? Нажмите «Беру» ещё раз в течение минуты.`,
        alert: true,
      };
    }
    case "taken_over":
      return { text: `Лид теперь ваш, раньше: ${taken.before}` };
    case "settled":
      return { text: "Этот лид уже закрыт" };
    case "unknown":
      return { text: "Такого лида нет в журнале" };
    default:
      return taken satisfies never;
  }
}

/** The answer to a press; an alert stays until it is closed. */
export interface PressAnswer {
  readonly text: string;
  readonly alert?: true;
}

/** Toasts on presses of «Вернуть». */
export const RETURN_TOASTS: Readonly<Record<Returned, string>> = {
  returned: "Лид снова открыт",
  open: "Этот лид и так открыт",
  settled: "Этот лид уже в CRM",
  late: "Вернуть можно в течение 10 минут, они прошли",
  unknown: "Такого лида нет в журнале",
};

/** Longest text of an alert (https://core.telegram.org/bots/api#answercallbackquery). */
export const MOST_ALERT = 200;

/** Answers ℹ️: which lead it is, since when, why it is here, after how many attempts. */
export function aboutText(
  lead: Pick<Lead, "number" | "receivedAtMs">,
  attempts: readonly AttemptRecord[],
  { hasCrm, isHeld }: { readonly hasCrm: boolean; readonly isHeld: boolean },
  tellTime: TellTime,
): string {
  const last = attempts.at(-1);
  const why = last === undefined ? whyWithout(hasCrm, isHeld) : causeOf(last);
  const lines = [
    `Лид № ${lead.number} · ${tellTime(lead.receivedAtMs)}`,
    `Почему здесь: ${why}`,
    `Попыток: ${attempts.length}`,
  ];
  return lines.join("\n").slice(0, MOST_ALERT).toWellFormed();
}

function whyWithout(hasCrm: boolean, isHeld: boolean): string {
  if (isHeld) return "слишком много лидов от одного посетителя";
  return hasCrm ? "в CRM ещё не отправляли" : "CRM у профиля не настроена";
}

/** How a POST ended, as short as it can be told. */
function causeOf(attempt: AttemptRecord): string {
  const { outcome, status, reason, begunAtMs, endedAtMs } = attempt;
  const took = seconds((endedAtMs ?? begunAtMs) - begunAtMs);
  const doubtful = mayHaveArrived(outcome) ? ", лид мог дойти" : "";
  switch (outcome) {
    case "answered":
      return `${STATUSES.get(status ?? 0) ?? status} · ${took}`;
    case "timeout":
      return `таймаут ${took}${doubtful}`;
    case "interrupted":
      return status === null ? `связь оборвалась${doubtful}` : `${status} · ${took}${doubtful}`;
    case "unreachable":
      return reason?.startsWith("dns error") ? "адрес не найден" : "нет связи с CRM";
    case "client":
    case "unsent":
      return (reason ?? "адрес не годится").slice(0, MOST_REASON).toWellFormed();
    case "accepted":
    case "unexpected":
    case null:
      return outcomeWords(attempt);
    default:
      return outcome satisfies never;
  }
}

const STATUSES: ReadonlyMap<number, string> = new Map([
  [401, "токен не принят (401)"],
  [402, "аккаунт CRM не оплачен (402)"],
  [403, "CRM запретила доступ (403)"],
  [404, "адреса в CRM нет (404)"],
]);

const MOST_REASON = 100;

/** «0,3 с», «10 с». */
function seconds(ms: number): string {
  const words = ms < 1_000 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000));
  return `${words.replace(".", ",")} с`;
}
