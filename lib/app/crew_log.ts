// What the log says about this process among the others: each change once, and never a beat.

import type { CrewEvent } from "../journal/postgres/crew/crew_options.ts";
import { FORMER_CHATS, MAIN_CHAT } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";

export interface CrewLog {
  tell(event: CrewEvent): void;
  /** The work of a dead process is this one's now. */
  tookOver(dead: string, leads: number): void;
  /** Whether the other processes are heard, with the cause if not. */
  hearing(cause: string | undefined): void;
  /** From now on nothing is news. */
  leaves(): void;
}

export function createCrewLog(log: Log): CrewLog {
  let hasJoined = false;
  let hasCounted = false;
  let isLeaving = false;
  let taken: string[] = [];
  let lost: string[] = [];

  /** Seats that come or go together are one line. */
  function noteSeat(seats: string[], seat: string): void {
    if (taken.length + lost.length === 0) queueMicrotask(tellSeats);
    seats.push(seat);
  }

  function tellSeats(): void {
    const [here, gone] = [taken, lost];
    [taken, lost] = [[], []];
    if (isLeaving) return;
    if (here.length > 0) {
      log.info("🔑 Теперь на этом процессе: {seats}", { seats: here.map(seatWords).join(", ") });
    }
    if (gone.length > 0) {
      log.info("🔑 Больше не на этом процессе: {seats}", { seats: gone.map(seatWords).join(", ") });
    }
  }

  return {
    tell(event) {
      switch (event.kind) {
        case "joined":
          log.info(
            hasJoined
              ? "✅ Процесс снова в работе, теперь он {process}"
              : "🤝 Процесс {process} в работе",
            { process: event.id },
          );
          hasJoined = true;
          return;
        case "out":
          lost = []; // Said by this line.
          return log.error(OUT[event.reason], { process: event.id });
        case "seat taken":
          return noteSeat(taken, event.seat);
        case "seat lost":
          return noteSeat(lost, event.seat);
        case "living":
          // The start has a line of its own for the first number.
          if (!hasCounted) {
            hasCounted = true;
            return;
          }
          return log.info("👥 Процессов в работе: {living}", { living: event.living });
        case "unreachable":
          return log.error("❌ PostgreSQL не отвечает: {cause}. Пробуем снова", {
            cause: event.cause,
          });
        case "reachable":
          return log.info("✅ PostgreSQL снова отвечает");
        case "takeover failed":
          return log.warn("⚠️ Работу процесса {dead} пока не взять: {cause}. Повторим", {
            dead: event.dead,
            cause: event.cause,
          });
        default:
          return event satisfies never;
      }
    },
    tookOver(dead, leads) {
      const line = "♻️ Процесс {dead} больше не работает, его работа теперь здесь";
      if (leads === 0) log.info(line, { dead });
      else log.warn(`${line}. Прерванных отправок: {leads}`, { dead, leads });
    },
    hearing(cause) {
      if (cause === undefined) log.debug("Другие процессы снова слышны");
      else log.debug("Другие процессы не слышны: {cause}. Смотрим раз в секунду", { cause });
    },
    leaves() {
      isLeaving = true;
    },
  };
}

const OUT = {
  silence:
    "❌ Процесс {process} выбыл: база не отвечала ему 8 секунд. Он ничего не начинает и не " +
    "подтверждает, и вернётся сам",
  "declared dead": "❌ Процесс {process} выбыл: остальные сочли его остановившимся и берут его " +
    "работу. Он вернётся сам",
} as const;

/** A seat's name in words: a chat's and an account's own name follows after ":". */
function seatWords(seat: string): string {
  const [kind = "", ...rest] = seat.split(":");
  const name = rest.join(":");
  switch (kind) {
    case "polling":
      return "приём обновлений";
    case "upkeep":
      return "обслуживание";
    case "chat":
      if (name === FORMER_CHATS) return "прежние чаты";
      return name === MAIN_CHAT ? "чат менеджеров" : `чат ${name}`;
    case "crm":
      return `темп ${name}`;
    default:
      return seat;
  }
}
