// What the log says about a process among others.

import assert from "node:assert/strict";
import { createCrewLog } from "../../lib/app/crew_log.ts";
import { aLog } from "../helpers/a_log.ts";

const microtasks = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("seats that come together are one line, in words", async () => {
  const { log, lines } = aLog();
  const words = createCrewLog(log);
  for (
    const seat of ["polling", "chat:", "chat:former", "chat:-100", "crm:a.amocrm.ru", "upkeep"]
  ) {
    words.tell({ kind: "seat taken", id: "1", seat });
  }
  await microtasks();
  assert.deepEqual(lines, [
    "🔑 Теперь на этом процессе: приём обновлений, чат менеджеров, прежние чаты, чат -100, " +
    "темп a.amocrm.ru, обслуживание",
  ]);
});

Deno.test("a process that is out says that alone, and what it comes back as", async () => {
  const { log, lines } = aLog();
  const words = createCrewLog(log);
  words.tell({ kind: "joined", id: "1" });
  words.tell({ kind: "living", id: "1", living: 1 });
  words.tell({ kind: "seat lost", id: "1", seat: "polling" });
  words.tell({ kind: "out", id: "1", reason: "silence" });
  await microtasks();
  words.tell({ kind: "joined", id: "2" });
  words.tell({ kind: "living", id: "2", living: 3 });
  assert.deepEqual(lines, [
    "🤝 Процесс 1 в работе",
    "❌ Процесс 1 выбыл: база не отвечала ему 8 секунд. Он ничего не начинает и не подтверждает, и вернётся сам",
    "✅ Процесс снова в работе, теперь он 2",
    "👥 Процессов в работе: 3",
  ]);
});

Deno.test("a process that leaves does not tell what it hands over", async () => {
  const { log, lines } = aLog();
  const words = createCrewLog(log);
  words.tell({ kind: "seat lost", id: "1", seat: "polling" });
  words.leaves();
  await microtasks();
  assert.deepEqual(lines, []);
});
