// The main managers' chat hears of a profile's chat that takes no cards for long: once, and once when it takes them again.

import assert from "node:assert/strict";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import {
  createOwnChatAlarm,
  FAILING_PATIENCE_MS,
  type WatchedChat,
} from "../../lib/managers/own_chat_alarm.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";

async function withAlarm(
  run: (it: {
    /** Looks at this moment, with these chats failing; the note that was queued. */
    lookAt(
      ms: number,
      failing: readonly string[],
      all?: readonly string[],
    ): Promise<string | undefined>;
    restart(): void;
  }) => Promise<void>,
): Promise<void> {
  const journal = await openJournal(":memory:");
  let nowMs = 0;
  let chats: readonly WatchedChat[] = [];
  const create = () =>
    createOwnChatAlarm({
      chats: () => chats,
      journal,
      wake() {},
      now: () => NOON_MS + nowMs,
      elapsedMs: () => nowMs,
      sleep: () => Promise.resolve(),
      stopping: new AbortController().signal,
      log: aLog().log,
    });
  let alarm = create();
  await run({
    async lookAt(ms, failing, all = ["-1", "-2"]) {
      nowMs = ms;
      chats = all.map((key) => ({
        key,
        profileNames: [`P${key}`],
        isFailing: failing.includes(key),
      }));
      await alarm.look();
      const note = await journal.takeWorkOfKind("admin_chat", "note", NOON_MS + nowMs);
      if (note !== undefined) await journal.finishWork(note);
      return note?.body.text;
    },
    restart: () => alarm = create(),
  });
  await journal.close();
}

Deno.test("a chat that fails as long as it may is told of once, also across a restart, and told of again when it is mended", () =>
  withAlarm(async ({ lookAt, restart }) => {
    assert.equal(await lookAt(0, ["-1"]), undefined);
    assert.equal(await lookAt(FAILING_PATIENCE_MS - 1, ["-1"]), undefined);
    assert.match(
      await lookAt(FAILING_PATIENCE_MS, ["-1"]) ?? "",
      /^⚠️ Чат менеджеров профиля P-1 не принимает/,
    );
    restart();
    assert.equal(await lookAt(3 * FAILING_PATIENCE_MS, ["-1"]), undefined);
    assert.equal(
      await lookAt(3 * FAILING_PATIENCE_MS + 1, []),
      "✅ Чат менеджеров профиля P-1 снова принимает карточки.",
    );
    assert.equal(await lookAt(3 * FAILING_PATIENCE_MS + 2, []), undefined);
  }));

Deno.test("a chat that failed for a moment, and one that no profile names any more, are not told of", () =>
  withAlarm(async ({ lookAt }) => {
    assert.equal(await lookAt(0, ["-1"]), undefined);
    assert.equal(await lookAt(1, []), undefined);
    assert.equal(await lookAt(FAILING_PATIENCE_MS, ["-1"]), undefined);
    assert.ok(await lookAt(2 * FAILING_PATIENCE_MS, ["-1"]));
    assert.equal(await lookAt(2 * FAILING_PATIENCE_MS + 1, [], ["-2"]), undefined);
    assert.equal(await lookAt(2 * FAILING_PATIENCE_MS + 2, []), undefined); // Named again, and well.
  }));
