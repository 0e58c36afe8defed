// The doctor's look at the journal and its copies.

import { isFree } from "../lock.ts";
import { sizeWords } from "../upkeep/words.ts";
import { listCopies } from "../../journal/backups.ts";
import { type JournalLook, lookIntoJournal } from "../../journal/journal_look.ts";
import { dayAndTime } from "../../calendar.ts";
import { type Finding, findingsOf } from "./findings.ts";

/** A copy is made each night; after this long, in ms, one is missing. */
const FRESH_MS = 36 * 60 * 60_000;

/** Reads the journal of a data folder, beside a running bot too. */
export function lookAtJournal(
  dataDir: string,
  hasFolder: boolean,
): { readonly look: JournalLook; readonly finding: Finding } {
  const look = lookIntoJournal(`${dataDir}/triborg.db`, {
    clean(remove) {
      try {
        isFree(dataDir, remove);
      } catch {
        // What is left is harmless.
      }
    },
  });
  return { look, finding: verdictOn(look, dataDir, hasFolder) };
}

function verdictOn(look: JournalLook, dataDir: string, hasFolder: boolean): Finding {
  const { good, warning, fault, unknown } = findingsOf("Журнал");
  switch (look.kind) {
    case "missing":
      return hasFolder
        ? warning(`его нет в ${dataDir}, бот начнёт новый`)
        : unknown("появится при первом запуске");
    case "unreadable":
      return fault(`не прочесть: ${look.reason}`);
    case "damaged":
      return fault(
        `файл повреждён (${look.reason}): остановите бота и верните копию, deno task restore`,
      );
    case "newer":
      return fault(
        `версия ${look.version}, а этот бот знает версии до ${look.known}: нужен более новый бот`,
      );
    case "good": {
      const version = look.version === look.known
        ? `версия ${look.version}`
        : `версия ${look.version}, старт обновит до ${look.known}`;
      return look.isChecked ? good(`цел, ${version}, ${sizeWords(look.bytes)}`) : good(
        `открывается, ${version}, ${sizeWords(look.bytes)}: целиком его проверит deno task backup`,
      );
    }
    default:
      return look satisfies never;
  }
}

/** How old the newest copy is. */
export async function lookAtCopies(
  dataDir: string,
  { nowMs, timeZone, hasJournal }: {
    readonly nowMs: number;
    readonly timeZone: string;
    readonly hasJournal: boolean;
  },
): Promise<Finding> {
  const { good, warning, unknown } = findingsOf("Копии журнала");
  try {
    const copies = await listCopies(dataDir);
    const [newest] = copies;
    if (newest === undefined) {
      return hasJournal
        ? warning("ещё ни одной: первую бот сделает ночью, а сейчас — deno task backup")
        : unknown("журнала ещё нет, копировать нечего");
    }
    const { mtime, size } = await Deno.stat(newest);
    const madeAtMs = mtime?.getTime() ?? 0;
    const when = dayAndTime(madeAtMs, nowMs, timeZone);
    if (nowMs - madeAtMs > FRESH_MS) {
      return warning(
        `последняя от ${when}: ночные не делаются, проверьте место на диске, а сейчас — deno task backup`,
      );
    }
    return good(`${copies.length}, последняя от ${when}, ${sizeWords(size)}`);
  } catch (error) {
    return unknown(`не узнать: ${error instanceof Error ? error.message : String(error)}`);
  }
}
