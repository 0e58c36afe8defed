// How an answer to a visitor ends: arrived, tried again, or given up with a reason that its manager is told.

import assert from "node:assert/strict";
import { ANSWER_NOTES_LANE, ANSWERS_LANE, type Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import {
  type Fault,
  type Group,
  type SimMessage,
  startTelegramServer,
  type TelegramServer,
  type Visitor,
} from "../../lib/simulator/telegram/server.ts";
import { createApi } from "../../lib/telegram/client.ts";
import { createAnswerChat } from "../../lib/visitors/answer_chat.ts";
import { missingFiles, refusalWords } from "../../lib/visitors/answer_refusals.ts";
import { createAnswerWork } from "../../lib/visitors/answer_work.ts";
import { CONVERSATION } from "../../routes/words/conversation.ts";
import { aNewLead, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const TOKEN = "987654321:AAF0test-token-that-must-never-be-seen00";

interface Room {
  readonly telegram: TelegramServer;
  readonly group: Group;
  readonly visitor: Visitor;
  readonly journal: Journal;
  readonly log: readonly string[];
  /** Records a manager's message as an answer. */
  answer(message: SimMessage, albumId?: string): Promise<void>;
  /** Does the first work that is due, and tells where its answer is then, and why. */
  work(): Promise<string>;
  /** What the manager is to be told. */
  told(): Promise<string[]>;
}

async function withAnswers(run: (room: Room) => Promise<void>): Promise<void> {
  await using telegram = await startTelegramServer({ token: TOKEN, limits: "off" });
  const group = telegram.group({ title: "Менеджеры", type: "supergroup" });
  const visitor = telegram.user({ first_name: "Galliard", username: "betterrman" });
  visitor.start();
  const journal = await openJournal(":memory:");
  const lines = aLog();
  const parts = partsOf(journal);
  await parts.insertLead(aNewLead({ chatId: visitor.id }));
  await parts.rememberCard(1, "crm_failed", { chatId: group.id, messageId: 1 }, NOON_MS);
  const run1 = createAnswerWork({
    journal,
    answerChat: createAnswerChat(createApi({ token: TOKEN, apiRoot: telegram.url })),
    recordDurably: createDurableRecording({
      journal,
      sleep: () => Promise.resolve(),
      stopping: new AbortController().signal,
      random: () => 1,
      log: lines.log,
    }),
    retryAtMs: () => NOON_MS,
    now: () => NOON_MS,
    log: lines.log,
  });
  try {
    await run({
      telegram,
      group,
      visitor,
      journal,
      log: lines.lines,
      answer: async ({ message_id, text = "", photo }, albumId) =>
        void await journal.recordAnswer({
          kind: "answer",
          chatId: group.id,
          messageId: message_id,
          albumId: albumId ?? null,
          by: "@anna",
          target: { chatId: group.id, messageId: 1 },
          content: someContent({ text, media: photo === undefined ? null : "🖼 фото" }),
        }, NOON_MS),
      async work() {
        const [work] = await journal.takeAnswerWork(ANSWERS_LANE, NOON_MS + 9_999, 1);
        assert.ok(work?.kind === "send" || work?.kind === "edit");
        await run1(work);
        const said = (await journal.conversationOf(1))[work.subject - 1];
        assert.ok(said?.kind === "answer");
        return said.refused === null ? said.state : `${said.state}: ${said.refused}`;
      },
      told: async () =>
        (await journal.takeAnswerWork(ANSWER_NOTES_LANE, NOON_MS, 9)).map((work) => {
          assert.ok(work.kind === "refusal");
          return `${work.body.isEdit ? "edit: " : ""}${work.body.reason}`;
        }),
    });
  } finally {
    await journal.committed();
    await journal.close();
  }
  assert.ok(!lines.lines.join("\n").includes("AAF0"));
}

function refusal(error_code: number, description: string, parameters = {}): Fault {
  return { kind: "error", error_code, description, parameters };
}

const manager = (group: Group) => group.member({ first_name: "Anna" });

for (
  const description of [
    "Forbidden: bot was blocked by the user",
    "Forbidden: user is deactivated",
    "Forbidden: bot can't initiate conversation with a user",
    "Bad Request: chat not found",
    "Bad Request: INPUT_USER_DEACTIVATED",
  ]
) {
  Deno.test(`an answer is given up at once, and its manager told, at "${description}"`, () =>
    withAnswers(async ({ telegram, group, answer, work, told }) => {
      const code = description.startsWith("Forbidden") ? 403 : 400;
      telegram.fault({ method: "copyMessage", fault: refusal(code, description) });
      await answer(manager(group).say("Здравствуйте"));
      assert.equal(await work(), `refused: ${code}: ${description}`);
      assert.deepEqual(await told(), [`${code}: ${description}`]);
      assert.ok(telegram.calls.every(({ method }) => method !== "sendMessage"));
    }));
}

for (
  const [what, fault] of [
    ["a 502", refusal(502, "Bad Gateway")],
    ["a 429", refusal(429, "Too Many Requests", { retry_after: 3 })],
    ["a connection that breaks", { kind: "reset_before" }],
    ["a gateway's page", { kind: "html", status: 502 }],
  ] as const
) {
  Deno.test(`an answer is tried again, as often as needed, after ${what}`, () =>
    withAnswers(async ({ telegram, group, visitor, answer, work, told }) => {
      const recover = telegram.fault({ method: "copyMessage", fault });
      await answer(manager(group).say("Здравствуйте"));
      for (let nth = 0; nth < 10; nth++) assert.equal(await work(), "due");
      recover();
      assert.equal(await work(), "sent");
      assert.equal(visitor.chat.messages.at(-1)?.text, "Здравствуйте");
      assert.deepEqual(await told(), []);
    }));
}

Deno.test("a refusal that means nothing known is tried six times, and then told", () =>
  withAnswers(async ({ telegram, group, answer, work, told }) => {
    const description = "Bad Request: something new";
    telegram.fault({ method: "copyMessage", fault: refusal(400, description) });
    await answer(manager(group).sendPhoto());
    for (let nth = 0; nth < 5; nth++) assert.equal(await work(), "due");
    assert.equal(await work(), `refused: 400: ${description}`);
    assert.deepEqual(await told(), [`400: ${description}`]);
  }));

Deno.test("a text goes as text while the managers' chat cannot be read", () =>
  withAnswers(async ({ group, visitor, answer, work }) => {
    const said = manager(group).say("Здравствуйте");
    await answer(said);
    group.kickBot();
    assert.equal(await work(), "sent");
    assert.equal(visitor.chat.messages.at(-1)?.text, "Здравствуйте");
  }));

Deno.test("an album of which a part is gone arrives without it, and its manager is told", () =>
  withAnswers(async ({ group, visitor, journal, answer, work, told }) => {
    const person = manager(group);
    const [first, second] = person.sendAlbum([{ kind: "photo" }, { kind: "photo" }]);
    assert.ok(first && second);
    await answer(first, "a");
    await answer({ ...second, message_id: 999 }, "a");
    assert.equal(await work(), `sent: ${missingFiles(1)}`);
    assert.equal(visitor.chat.messages.filter((each) => each.photo).length, 1);
    assert.deepEqual(await told(), [missingFiles(1)]);
    // Which copy is whose is not known, so none is edited.
    const content = someContent({ text: "x", media: "🖼 фото", captionable: true });
    const edit = { kind: "answer", chatId: group.id, messageId: first.message_id } as const;
    await journal.recordAnswerEdit({ ...edit, content, editedAtS: null }, NOON_MS);
    await work();
    assert.deepEqual(await journal.takeAnswerWork(ANSWERS_LANE, NOON_MS, 1), []);
  }));

Deno.test("an edit of a copy that is gone is told; one that changes nothing is done", () =>
  withAnswers(async ({ telegram, group, journal, answer, work, told }) => {
    const said = manager(group).say("Цена 100");
    await answer(said);
    await work();
    const edit = (text: string) =>
      journal.recordAnswerEdit({
        kind: "answer",
        chatId: group.id,
        messageId: said.message_id,
        content: someContent({ text }),
        editedAtS: null,
      }, NOON_MS);
    await edit("Цена 200");
    const recover = telegram.fault({
      method: "editMessageText",
      fault: refusal(400, "Bad Request: message is not modified"),
    });
    assert.equal(await work(), "sent");
    assert.deepEqual(await told(), []);
    recover();
    await edit("Цена 300");
    telegram.fault({
      method: "editMessageText",
      fault: refusal(400, "Bad Request: message to edit not found"),
    });
    assert.equal(await work(), "sent");
    assert.deepEqual(await told(), ["edit: 400: Bad Request: message to edit not found"]);
  }));

Deno.test("refusalWords has words for what is known, and Telegram's own for the rest, of bounded length", () => {
  const { reasons } = CONVERSATION.en;
  const words = (reason: string) => refusalWords(reason, reasons);
  assert.equal(words("403: Forbidden: bot was blocked by the user"), reasons.blocked);
  assert.equal(words("400: Bad Request: chat not found"), reasons.no_chat);
  assert.equal(words("400: Bad Request: message to edit not found"), reasons.uneditable);
  assert.equal(words("400: Bad Request: message to copy not found"), reasons.uncopyable);
  assert.equal(words(missingFiles(3)), reasons.missing(3));
  assert.equal(words("400: Bad Request: new"), "400: Bad Request: new");
  assert.equal(words("x".repeat(1_000)).length, 300);
});
