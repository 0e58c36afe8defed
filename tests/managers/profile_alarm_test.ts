// The notes to managers about a locales.json that is broken on disk and repaired.

import assert from "node:assert/strict";
import type { Journal } from "../../lib/journal/journal.ts";
import { BROKEN_PATIENCE_MS, createProfileAlarm } from "../../lib/managers/profile_alarm.ts";
import type { Breakage } from "../../lib/profiles/store.ts";
import { withJournal } from "../helpers/a_journal.ts";
import { aLog } from "../helpers/a_log.ts";
import { NOON_MS } from "../helpers/a_lead.ts";

const FAULT = { path: "agency", message: "строка 14, столбец 3: найден текст, нужна запятая" };

function anAlarm(journal: Journal) {
  const state = { nowMs: NOON_MS, broken: undefined as Breakage | undefined, wakes: 0 };
  const alarm = createProfileAlarm({
    place: "file",
    breakage: () => state.broken,
    journal,
    wake: () => state.wakes += 1,
    tellTime: (atMs) => new Date(atMs).toISOString().slice(11, 16),
    sleep: () => Promise.resolve(),
    stopping: new AbortController().signal,
    now: () => state.nowMs,
    log: aLog().log,
  });
  return {
    journal,
    state,
    look: alarm.look,
    break: () =>
      state.broken = {
        faults: [FAULT],
        sinceMs: state.nowMs,
        versionAtMs: NOON_MS - 60 * 60_000,
      },
    async notes() {
      const notes: string[] = [];
      for (;;) {
        const work = await journal.takeWorkOfKind("admin_chat", "note", state.nowMs);
        if (work === undefined) return notes;
        notes.push(work.body.text);
        await journal.finishWork(work);
      }
    },
  };
}

Deno.test("after five minutes the managers get one note on the fault, and one when it is fixed", () =>
  withJournal(async (journal) => {
    const it = anAlarm(journal);
    await it.look();
    it.break();
    it.state.nowMs += BROKEN_PATIENCE_MS - 1;
    await it.look();
    assert.deepEqual(await it.notes(), []);
    it.state.nowMs += 1;
    await it.look();
    await it.look();
    assert.deepEqual(await it.notes(), [
      "⚠️ locales.json на диске с ошибкой с 12:00, работает версия от 11:00.\n\n" +
      "Строка 14, столбец 3: найден текст, нужна запятая.\n\n" +
      "Лиды идут как прежде. Правки из файла и со страницы не подействуют, пока файл не исправят.",
    ]);
    it.state.nowMs += 60 * 60_000;
    await it.look();
    assert.deepEqual(await it.notes(), []);
    it.state.broken = undefined;
    await it.look();
    await it.look();
    assert.deepEqual(await it.notes(), ["✅ locales.json снова в порядке, правки действуют."]);
    assert.equal(it.state.wakes, 2);

    it.break();
    it.state.nowMs += BROKEN_PATIENCE_MS;
    await it.look();
    assert.equal((await it.notes()).length, 1);
  }));

Deno.test("a fault that is fixed within five minutes makes no note", () =>
  withJournal(async (journal) => {
    const it = anAlarm(journal);
    it.break();
    await it.look();
    it.state.nowMs += 60_000;
    it.state.broken = undefined;
    await it.look();
    assert.deepEqual(await it.notes(), []);
    it.break();
    it.state.nowMs += BROKEN_PATIENCE_MS - 1;
    await it.look();
    assert.deepEqual(await it.notes(), []);
  }));

Deno.test("a restart neither forgets a broken file nor reports it twice", () =>
  withJournal(async (journal) => {
    const before = anAlarm(journal);
    before.break();
    await before.look();
    const after = anAlarm(journal);
    after.state.nowMs += BROKEN_PATIENCE_MS;
    after.break();
    await after.look();
    assert.equal((await after.notes()).length, 1);
    const next = anAlarm(journal);
    next.state.nowMs += 2 * BROKEN_PATIENCE_MS;
    next.break();
    await next.look();
    assert.deepEqual(await next.notes(), []);
    next.state.broken = undefined;
    await next.look();
    assert.deepEqual(await next.notes(), ["✅ locales.json снова в порядке, правки действуют."]);
  }));
