// What a lead's way asks of SQLite costs the same with a million leads as with none: the running bot's
// statements, from the first message to the last, find their rows by an index.

import assert from "node:assert/strict";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { aConfirmation, aNewLead, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { withBot } from "../helpers/bot_here.ts";
import { partsOf } from "../helpers/journal_parts.ts";
import { CHOICE } from "../helpers/shipped_texts.ts";
import { becomeLead, galliard, wordsOf } from "../helpers/visits.ts";
import { watchStatements } from "../helpers/watched_statements.ts";

/** Ranges without an equal value that few rows are in. */
const SHORT_RANGES = [
  "SEARCH facts USING PRIMARY KEY (name>? AND name<?)", // A handful of rows in all.
  "SEARCH inbox USING INTEGER PRIMARY KEY (rowid<?)", // The last batches: older rows are deleted.
  "SEARCH returns USING COVERING INDEX returns_by_time (until_ms<?)", // The last ten minutes.
  "SEARCH take_questions USING INDEX take_questions_by_time (asked_at_ms<?)",
];

Deno.test("every statement of a lead's way finds its rows by an index", async () => {
  using recorder = recordPlans();
  await withBot(async ({ world: { telegram, crm, admin } }) => {
    recorder.begin();
    const visitor = galliard({ telegram });
    const { menu } = await becomeLead(visitor);
    await crm.nextLead();
    await visitor.press(menu, CHOICE).answered;
    const said = visitor.say("сайт");
    await admin.chat.nextMessage();
    visitor.edit(said, "другой сайт");
    await admin.chat.nextMessage();

    crm.behave({ kind: "answer", status: 500 });
    await becomeLead(telegram.user({ first_name: "Anna", username: "anna" }));
    const manager = admin.member({ first_name: "Мария", username: "maria" });
    const card = await admin.chat.nextMessage();
    manager.press(card, "🔁 Отправить в CRM");
    await admin.chat.waitFor((each) => /Не отправлено в CRM/.test(wordsOf(each)));
    await manager.press(card, "🙋 Беру").answered;
    const other = admin.member({ first_name: "Анна", username: "anna" });
    await other.press(card, "🙋 Беру").answered;
    await manager.press(card, "ℹ️").answered;
    manager.press(card, "✅ Внёс в CRM");
    const closed = await admin.chat.waitFor((each) => /Внесён вручную/.test(wordsOf(each)));
    await manager.press(closed, "↩️ Вернуть").answered;
  });
  assert.ok(recorder.plans.size > 20);
  const wide = [...recorder.plans].filter(([, plan]) => plan.some(isWide));
  assert.deepEqual(wide, []);
});

Deno.test("every statement about a deal and its notes finds its rows by an index", async () => {
  using recorder = recordPlans();
  const journal = await openJournal(":memory:");
  recorder.begin();
  const url = "https://monster.amocrm.ru/leads/detail/8841";
  const { post, attempt } =
    (await journal.recordChoice(aNewLead(), aConfirmation(), "crm:host:a", true))!;
  assert.ok(post.kind === "post" && attempt !== undefined);
  const outcome = { kind: "accepted", status: 200, deal: { id: 8841, url } } as const;
  await journal.recordDone([{ kind: "accepted", work: post, attempt, outcome, atMs: NOON_MS }]);
  const content = someContent();
  const message = { lead: 1, chatId: aNewLead().chatId, messageId: 4, albumId: null, content };
  await journal.recordFollowUp(message, NOON_MS);
  const edited = { ...message, content: someContent({ text: "другой сайт" }), editedAtS: null };
  await journal.recordEdit(edited, { text: "другой сайт", entities: [] }, NOON_MS);
  const work = (await journal.takeFollowUpsOf(message.chatId, NOON_MS, 1))[0]!;
  await journal.finishFollowUp(work, NOON_MS);
  for (const end of [journal.finishNote, journal.giveUpNote]) {
    const lane = "note:monster.amocrm.ru";
    assert.equal(await journal.nextNoteDueAtMs(lane), NOON_MS);
    const [note] = await journal.takeNotes(lane, NOON_MS, 1);
    assert.equal(note?.kind, "crm_note");
    await journal.postponeNote(note!, NOON_MS);
    await journal.releaseNote(note!, NOON_MS);
    await end(note!);
  }
  await journal.findLife(1);
  await journal.close();
  assert.ok(recorder.plans.size > 20);
  assert.deepEqual([...recorder.plans].filter(([, plan]) => plan.some(isWide)), []);
});

Deno.test("every statement about a block finds its rows by an index", async () => {
  using recorder = recordPlans();
  const journal = await openJournal(":memory:");
  await journal.recordChoice(aNewLead(), aConfirmation(), "crm:host:a", false);
  const { chatId } = aNewLead();
  recorder.begin();
  await journal.blockVisitor(chatId, "@anna", NOON_MS);
  await journal.blockOf(chatId);
  await journal.recordBlocked(aNewLead({ id: "b", menuMessageId: 9 }), aConfirmation());
  const content = someContent();
  await journal.recordFollowUp({ lead: 1, chatId, messageId: 4, albumId: null, content }, NOON_MS);
  await journal.unblockVisitor(chatId, NOON_MS);
  await journal.close();
  assert.ok(recorder.plans.size > 10);
  assert.deepEqual([...recorder.plans].filter(([, plan]) => plan.some(isWide)), []);
});

Deno.test("every statement about a profile's own managers' chat finds its rows by an index", async () => {
  using recorder = recordPlans();
  const journal = await openJournal(":memory:");
  const own = new Map([["agency", { chat: "-200:7", group: "-200" }]]);
  await journal.placeWork({ byProfile: own, groups: new Map([[-100, ""], [-200, "-200"]]) });
  recorder.begin();
  const [first, second] = ["admin_chat@-200:7", "admin_chat:follow_ups@-200:7"];
  const press = aNewLead();
  const { post } = (await journal.recordChoice(press, aConfirmation(), "crm:host:a", true))!;
  await partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
  assert.equal(await journal.nextWorkDueAtMs(first), NOON_MS);
  assert.equal(await journal.countDueWork(first, "card", NOON_MS, 20), 1);
  const card = (await journal.takeWorkOfKind(first, "card", NOON_MS))!;
  await journal.settleInAdminChat([card], { chatId: -200, messageId: 5 }, NOON_MS);
  const content = someContent();
  const message = { lead: 1, chatId: press.chatId, messageId: 4, albumId: null, content };
  await journal.recordFollowUp(message, NOON_MS);
  assert.equal((await journal.takeWork(second, NOON_MS, 1)).length, 1);
  await journal.dueFollowUps(NOON_MS, "-200:7");
  await journal.countDueFollowUpMessages(9, NOON_MS, "-200:7");
  await journal.takeFollowUpsOf(press.chatId, NOON_MS, 1, "-200:7");
  await journal.oweInvitation(1, "@anna", NOON_MS);
  assert.equal(await journal.nextAnswerWorkDueAtMs("answers:notes@-200:7"), NOON_MS);
  assert.equal((await journal.takeAnswerWork("answers:notes@-200:7", NOON_MS, 1)).length, 1);
  await journal.close();
  assert.ok(recorder.plans.size > 20);
  assert.deepEqual([...recorder.plans].filter(([, plan]) => plan.some(isWide)), []);
});

/** What the first page may read whole: totals by profile, what is held back, and days and turns by their time. */
const FIRST_PAGE = [
  "SCAN lead_counts",
  "SCAN leads USING COVERING INDEX leads_held_back",
  "SEARCH leads USING COVERING INDEX leads_by_time (received_at_ms>? AND received_at_ms<?)",
  "SEARCH lead_turns USING COVERING INDEX lead_turns_by_time (at_ms>? AND at_ms<?)",
  "SEARCH lead_turns USING INDEX lead_turns_by_time (at_ms>? AND at_ms<?)",
];

Deno.test("what «Сегодня» and the badge ask reads no lead that is neither of these days nor held back", async () => {
  using recorder = recordPlans();
  const journal = await openJournal(":memory:");
  await journal.recordChoice(aNewLead(), aConfirmation(), "crm:host:a", false);
  recorder.begin();
  await journal.countOpen();
  await journal.countByProfile(NOON_MS - 1, NOON_MS);
  await journal.countTurns(NOON_MS - 1, NOON_MS);
  await journal.lastAnswer("agency");
  await journal.crmFailures("agency");
  await journal.close();
  assert.ok(recorder.plans.size >= 6);
  const wide = [...recorder.plans.values()].flatMap((plan) => plan.filter(isWide))
    .filter((line) => !FIRST_PAGE.includes(line));
  assert.deepEqual(wide, []);
});

Deno.test("isWide tells a look-up from a scan and from a range", () => {
  assert.ok(!isWide("SEARCH leads USING INTEGER PRIMARY KEY (rowid=?)"));
  assert.ok(!isWide("SEARCH outbox USING INDEX outbox_due (lane=? AND due_at_ms<?)"));
  assert.ok(!isWide("SEARCH leads"));
  assert.ok(!isWide("SCAN (subquery-1)"));
  assert.ok(!isWide("SCAN due", 1, ["CO-ROUTINE due", "SCAN due"]));
  assert.ok(isWide("SCAN leads"));
  assert.ok(isWide("SCAN leads USING INDEX leads_by_time"));
  assert.ok(isWide("SEARCH leads USING INDEX leads_by_time (received_at_ms>?)"));
});

/** Whether a line of a plan visits more rows of a table when the table holds more; rows of a subquery are its own lines' affair. */
function isWide(line: string, _nth = 0, plan: readonly string[] = []): boolean {
  const [, scanned = ""] = /^SCAN (\w+)$/.exec(line) ?? [];
  if (plan.includes(`CO-ROUTINE ${scanned}`) || plan.includes(`MATERIALIZE ${scanned}`)) {
    return false;
  }
  if (/^(SCAN|SEARCH) (\(|CONSTANT ROW|\d+-ROW VALUES|json_each VIRTUAL)/.test(line)) return false;
  // A SEARCH without conditions reads the first or the last row (min, max).
  const isRange = /^SEARCH .*\([^=]*\)$/.test(line) && !SHORT_RANGES.includes(line);
  return line.startsWith("SCAN ") || isRange;
}

interface Recorder extends Disposable {
  /** Plans by statement, from `begin` on. */
  readonly plans: ReadonlyMap<string, readonly string[]>;
  begin(): void;
}

/** Asks SQLite for the plan of each statement that any database runs. */
function recordPlans(): Recorder {
  const plans = new Map<string, readonly string[]>();
  let isRecording = false;
  const watch = watchStatements((sql, explain) => {
    if (!isRecording || plans.has(sql) || !/^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)/.test(sql)) {
      return;
    }
    plans.set(sql, explain());
  });
  return {
    plans,
    begin: () => void (isRecording = true),
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}
