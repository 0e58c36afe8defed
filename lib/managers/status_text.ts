// Answers `/status`: each profile's CRM in the words of the page, and where the day's leads are. Sends nothing, stores nothing.

import type { AttemptRecord, PlaceCounts } from "../lead.ts";
import { LIMITS } from "../profiles/limits.ts";
import type { ProfileState } from "../profiles/state.ts";
import { countsWords, PLACE_WORDS, type TellTime } from "./texts.ts";

/** What is said of a profile's CRM, in the chat and on the page. */
export const CRM_WORDS = {
  noWebhook: "Вебхук не настроен. Лиды идут в чат менеджеров",
  badWebhook: "Адрес вебхука не годится. Лиды идут в чат менеджеров, пока его не исправят",
  badCrm: "Настройки CRM с ошибкой. Лиды идут в чат менеджеров, пока её не исправят",
  noKey: "Ключ CRM не задан. Лиды идут в чат менеджеров, пока его не впишут",
  notAsked: "CRM ещё не получала лидов",
  accepted: (when: string, took: string) => `CRM отвечает · ${when}, ${took}`,
  answered: (status: number, when: string) =>
    `CRM отказала (ответ ${status}) · ${when}. Лид в чате менеджеров`,
  unreachable: (when: string) => `CRM недоступна · ${when}. Лид в чате менеджеров`,
  interrupted: (when: string) => `Связь с CRM оборвалась · ${when}. Лид в чате менеджеров`,
  doubtfulAnswer: (status: number, when: string) =>
    `CRM ответила ${status} · ${when}. Лид мог дойти, он в чате менеджеров`,
  timeout: (when: string, took: string) =>
    `CRM не ответила за ${took} · ${when}. Лид в чате менеджеров`,
  client: (when: string) => `Адрес вебхука не сработал · ${when}. Лид в чате менеджеров`,
  unsent: (when: string) => `Лид не отправлен · ${when}. Причина — на его карточке`,
};

export type CrmWords = typeof CRM_WORDS;

/** An ended attempt, as far as its sentence needs it. */
export type EndedAttempt = Pick<AttemptRecord, "status"> & {
  readonly outcome: NonNullable<AttemptRecord["outcome"]>;
  readonly begunAtMs: number;
  readonly endedAtMs: number;
};

/** How a profile's last POST ended. `took` formats a duration in ms. */
export function lastAnswerWords(
  { outcome, status, begunAtMs, endedAtMs }: EndedAttempt,
  words: CrmWords,
  tellTime: TellTime,
  took: (ms: number) => string,
): string {
  const at = tellTime(endedAtMs);
  const duration = took(endedAtMs - begunAtMs);
  switch (outcome) {
    case "accepted":
      return words.accepted(at, duration);
    case "answered":
      return words.answered(status ?? 0, at);
    case "unreachable":
      return words.unreachable(at);
    case "interrupted":
      return status === null ? words.interrupted(at) : words.doubtfulAnswer(status, at);
    case "timeout":
      return words.timeout(at, duration);
    case "unsent":
      return words.unsent(at);
    case "client":
    case "unexpected":
      return words.client(at);
    default:
      return outcome satisfies never;
  }
}

/** One profile in the answer to `/status`. */
export interface ProfileStatus {
  readonly name: string;
  readonly state: ProfileState;
  /** Why its leads go to the managers' chat even if the CRM works; null where there is no such reason. */
  readonly fault: "noWebhook" | "badWebhook" | "badCrm" | "noKey" | null;
  readonly lastAnswer: EndedAttempt | null;
  readonly openCards: number;
}

/** Behind the name of a profile that visitors do not see. */
const STATE_WORDS = { draft: " (черновик)", live: "", paused: " (на паузе)" } as const;

/** Answers `/status`. */
export function statusText(
  status: {
    readonly profiles: readonly ProfileStatus[];
    /** Leads that are neither in the CRM nor in this chat yet. */
    readonly onTheirWay: number;
    readonly today: PlaceCounts;
  },
  tellTime: TellTime,
): string {
  const lines = status.profiles.map(({ name, state, openCards, ...crm }) => {
    const open = openCards > 0 ? `. ${PLACE_WORDS.in_admin_chat}: ${openCards}` : "";
    const { mark, words } = conditionOf(crm, tellTime);
    return `${mark} ${name.slice(0, 60).toWellFormed()}${STATE_WORDS[state]}: ${words}${open}`;
  });
  const end = [
    `${PLACE_WORDS.on_its_way}: ${status.onTheirWay}`,
    `Сегодня: ${countsWords(status.today)}`,
  ];
  const head = ["CRM по профилям:", ...lines].join("\n");
  return `${head.slice(0, LIMITS.text - 500).toWellFormed()}\n\n${end.join("\n")}`;
}

function conditionOf(
  { fault, lastAnswer }: Pick<ProfileStatus, "fault" | "lastAnswer">,
  tellTime: TellTime,
): { readonly mark: string; readonly words: string } {
  if (fault !== null) return { mark: "⚠️", words: CRM_WORDS[fault] };
  if (lastAnswer === null) return { mark: "▫️", words: CRM_WORDS.notAsked };
  return {
    mark: lastAnswer.outcome === "accepted" ? "✅" : "❌",
    words: lastAnswerWords(lastAnswer, CRM_WORDS, tellTime, seconds),
  };
}

/** `0,3 с` */
function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).replace(".", ",")} с`;
}
