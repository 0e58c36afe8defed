// The app: opens the journal and profiles, runs the parts until something ends, closes them in reverse order.

import { type Config, secretsOf } from "./config.ts";
import { tellPage, tellVersion } from "./banner.ts";
import { EXIT } from "./exit.ts";
import type { JournalEnd } from "./journal_watch.ts";
import { openCheckedJournal } from "./open_journal.ts";
import type { openSharedJournal } from "./open_shared_journal.ts";
import { openProfiles } from "./open_profiles.ts";
import type { Machine } from "./machine.ts";
import { createParts, type Output, type Parts } from "./parts.ts";
import { within } from "./within.ts";
import { PollingEnded } from "../telegram/contact.ts";

/** How long after a stop open POSTs are cut off, in ms. */
const CUT_OFF_AFTER_MS = 6_000;

/** How long an orderly shutdown may take when the journal cannot be written, in ms. */
const CLOSE_WITHIN_MS = 7_000;

type OpenShared = typeof openSharedJournal;

/** A running bot. */
export interface App {
  /** Resolves with the exit code when the bot has ended, by `stop` or by itself. */
  readonly ended: Promise<number>;
  /** A one-time link into the page; null where there is no page. */
  newLoginLink(by: string): Promise<string | null>;
  /** Ends polling, handlers, delivery and journal, in this order, losing nothing. */
  stop(): void;
}

/** Starts the bot; resolves with an exit code when it cannot, and the log says why. */
export async function startApp(
  config: Config,
  output: Output,
  machine: Machine,
): Promise<App | number> {
  const { log, mask, telemetry } = output;
  tellVersion(log);
  for (const secret of secretsOf(config)) mask.hide(secret);
  const stopping = new AbortController();
  const opened = config.database === null
    ? await openCheckedJournal(config, machine.elapsedMs, log)
    : await openInDatabase(config, config.database, { machine, stopping: stopping.signal, log });
  if (typeof opened === "number") return opened;
  const { journal } = opened;
  let cardsChanged = () => {}; // A start makes all work due.
  const profiles = await openProfiles(config, {
    ...output,
    ...machine,
    journal,
    cardsChanged: () => cardsChanged(),
  });
  if (profiles === undefined) {
    await opened.close();
    return EXIT.faults;
  }
  telemetry?.observeOwed(journal.owedTotals);
  const parts = await createParts(config, { ...output, ...opened, machine, profiles, stopping });
  cardsChanged = parts.delivery.wake;
  tellPage(parts.page.address(), config.adminPassword !== null, log);
  return run(parts);
}

/** Imported here, so that a bot on SQLite loads nothing of PostgreSQL. */
async function openInDatabase(...where: Parameters<OpenShared>): ReturnType<OpenShared> {
  const { openSharedJournal } = await import("./open_shared_journal.ts");
  return await openSharedJournal(...where);
}

function run(parts: Parts): App {
  const { page, watch, log, stop } = parts;

  async function work(): Promise<number> {
    watch.start(); // Ends a start that waits for a disk without room.
    await parts.chats.follow();
    if (parts.stopping.aborted) return 0;
    parts.profiles.onChange(parts.chats.followSoon);
    await parts.delivery.start();
    parts.takeOverFrom?.(parts.delivery.takeOver);
    parts.started();
    parts.answers.start();
    parts.seats.start();
    parts.clock.start();
    parts.upkeep.start();
    parts.loginMessages.start();
    void parts.alarm.run();
    void parts.ownChatAlarm.run();
    void parts.reminder.run();
    void parts.tokenAlarm.run();
    parts.introduce().catch(() => {}); // Receiving updates meets the same fault, and reports it.
    try {
      await parts.receiving.run(parts.stopping);
      return 0;
    } catch (error) {
      if (!(error instanceof PollingEnded)) throw error;
      log.error("❌ {reason}", { reason: error.message }); // The JSON line has a message of its own.
      return EXIT[error.reason];
    }
  }

  let journalEnd: JournalEnd | undefined;

  /** Ends the process when the journal is unusable, even if shutdown hangs. */
  async function leave(end: JournalEnd): Promise<number> {
    journalEnd = end;
    stop();
    if (end === "unwritable") await within(worked, CLOSE_WITHIN_MS, () => EXIT.defect);
    return EXIT.defect;
  }

  const worked = work().finally(() => close(parts, () => journalEnd === "lost"));
  const left = watch.ended.then(leave);
  return {
    ended: Promise.race([left, worked.then((code) => journalEnd === undefined ? code : left)]),
    stop,
    newLoginLink: async (by) => (await page.newLoginLink(by))?.url ?? null,
  };
}

/** @param isLost Whether the journal's files are gone: closing would write and remove files at their paths. */
async function close(parts: Parts, isLost: () => boolean): Promise<void> {
  const { delivery, answers, inbox, loginMessages, cutOff } = parts;
  parts.stop();
  parts.watch.stop();
  parts.clock.stop();
  const timer = setTimeout(() => cutOff.abort(), CUT_OFF_AFTER_MS);
  await Promise.all([parts.page.drain(), parts.seats.stop()]);
  await parts.upkeep.stop();
  // No new POST begins, but running handlers may still add work for visitors: delivery stops twice.
  await Promise.all([inbox.stop(), delivery.stop(), answers.stop(), loginMessages.stop()]);
  await delivery.stop();
  clearTimeout(timer);
  await parts.page.close();
  parts.crm.close();
  await parts.profiles.close();
  await parts.closeJournal(isLost());
}
