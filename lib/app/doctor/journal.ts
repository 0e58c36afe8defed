// The doctor's look at the journal and its copies.

import { isFree } from "../lock.ts";
import { folderFault } from "../upkeep/folder_fault.ts";
import { sizeWords } from "../upkeep/words.ts";
import { listCopies } from "../../journal/sqlite/backups.ts";
import { type JournalLook, lookIntoJournal } from "../../journal/sqlite/journal_look.ts";
import { dayAndTime } from "../../calendar.ts";
import { messageOf } from "../../log/error_words.ts";
import type { FolderLook } from "./data_folder.ts";
import { type Finding, findingsOf } from "./findings.ts";

/** A copy is made each night; after this long, in ms, one is missing. */
const FRESH_MS = 36 * 60 * 60_000;

/** Reads the journal of a data folder, beside a running bot too. */
export function lookAtJournal(
  dataDir: string,
  folder: Pick<FolderLook, "isThere" | "isWritable">,
): { readonly look: JournalLook; readonly finding: Finding } {
  if (!folder.isThere) return { look: { kind: "missing" }, finding: withoutFolder("Журнал") };
  const look = lookIntoJournal(`${dataDir}/triborg.db`, {
    clean(remove) {
      try {
        isFree(dataDir, remove);
      } catch {
        // What is left is harmless.
      }
    },
  });
  if (look.kind === "unreadable" && !folder.isWritable) {
    const text = "не прочесть, пока в папку нельзя писать";
    return { look, finding: findingsOf("Журнал").unknown(text) };
  }
  return { look, finding: verdictOn(look, dataDir) };
}

function verdictOn(look: JournalLook, dataDir: string): Finding {
  const { good, warning, fault } = findingsOf("Журнал");
  switch (look.kind) {
    case "missing":
      return warning(`его нет в ${dataDir}, бот начнёт новый`);
    case "unreadable":
      return fault(`не прочесть: ${folderFault(new Error(look.reason)) ?? look.reason}`);
    case "damaged":
      return fault(
        `файл повреждён (${look.reason}): остановите бота и верните копию, deno task restore; ` +
          "без копий уберите файл, бот начнёт новый",
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

function withoutFolder(what: string): Finding {
  return findingsOf(what).unknown("не проверить без папки");
}

/** How old the newest copy is. */
export async function lookAtCopies(
  dataDir: string,
  { nowMs, timeZone, isThere, hasJournal }: {
    readonly nowMs: number;
    readonly timeZone: string;
    /** Whether the data folder is there. */
    readonly isThere: boolean;
    readonly hasJournal: boolean;
  },
): Promise<Finding> {
  if (!isThere) return withoutFolder("Копии журнала");
  const { good, warning, unknown } = findingsOf("Копии журнала");
  try {
    const copies = await listCopies(dataDir);
    const [newest] = copies;
    if (newest === undefined) {
      if (!hasJournal) return unknown("журнала ещё нет, копировать нечего");
      const { birthtime } = await Deno.stat(`${dataDir}/triborg.db`);
      const isNew = birthtime !== null && nowMs - birthtime.getTime() < FRESH_MS;
      return isNew
        ? good("ещё ни одной, журнал новый: первую бот сделает ночью")
        : warning("ещё ни одной: бот делает их ночью, а сейчас — deno task backup");
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
    return unknown(`не узнать: ${folderFault(error) ?? messageOf(error)}`);
  }
}
