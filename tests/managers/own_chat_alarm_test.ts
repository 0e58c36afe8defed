// The main managers' chat hears of a profile's chat that takes no cards for long: once, and once when it takes them again.

import assert from "node:assert/strict";
import { openJournal } from "../../lib/journal/journal.ts";
import {
  createOwnChatAlarm,
  FAILING_PATIENCE_MS,
  type WatchedChat,
} from "../../lib/managers/own_chat_alarm.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";

function withAlarm(
  run: (it: {
    /** Looks at this moment, with these chats failing; the note that was queued. */
    lookAt(ms: number, failing: readonly string[], all?: readonly string[]): string | undefined;
    restart(): void;
  }) => void,
): void {
  const journal = openJournal(":memory:");
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
  run({
    lookAt(ms, failing, all = ["-1", "-2"]) {
      nowMs = ms;
      chats = all.map((key) => ({
        key,
        profileNames: [`P${key}`],
        isFailing: failing.includes(key),
      }));
      alarm.look();
      const note = journal.takeWorkOfKind("admin_chat", "note", NOON_MS + nowMs);
      if (note !== undefined) journal.finishWork(note);
      return note?.body.text;
    },
    restart: () => alarm = create(),
  });
  journal.close();
}

Deno.test("a chat that fails as long as it may is told of once, also across a restart, and told of again when it is mended", () =>
  withAlarm(({ lookAt, restart }) => {
    assert.equal(lookAt(0, ["-1"]), undefined);
    assert.equal(lookAt(FAILING_PATIENCE_MS - 1, ["-1"]), undefined);
    assert.match(
      lookAt(FAILING_PATIENCE_MS, ["-1"]) ?? "",
      /^⚠️ Чат менеджеров профиля P-1 не принимает/,
    );
    restart();
    assert.equal(lookAt(3 * FAILING_PATIENCE_MS, ["-1"]), undefined);
    assert.equal(
      lookAt(3 * FAILING_PATIENCE_MS + 1, []),
      "✅ Чат менеджеров профиля P-1 снова принимает карточки.",
    );
    assert.equal(lookAt(3 * FAILING_PATIENCE_MS + 2, []), undefined);
  }));

Deno.test("a chat that failed for a moment, and one that no profile names any more, are not told of", () =>
  withAlarm(({ lookAt }) => {
    assert.equal(lookAt(0, ["-1"]), undefined);
    assert.equal(lookAt(1, []), undefined);
    assert.equal(lookAt(FAILING_PATIENCE_MS, ["-1"]), undefined);
    assert.ok(lookAt(2 * FAILING_PATIENCE_MS, ["-1"]));
    assert.equal(lookAt(2 * FAILING_PATIENCE_MS + 1, [], ["-2"]), undefined);
    assert.equal(lookAt(2 * FAILING_PATIENCE_MS + 2, []), undefined); // Named again, and well.
  }));
