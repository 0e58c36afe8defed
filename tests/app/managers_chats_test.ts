// The managers' chats as the profiles in use name them: which there are, which share a limit, and who may do what where.

import assert from "node:assert/strict";
import { readConfig } from "../../lib/app/config.ts";
import { type AllManagersChats, createManagersChats } from "../../lib/app/managers_chats.ts";
import { ALONE } from "../../lib/journal/alone.ts";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import type { OwnChat } from "../../lib/profiles/managers_chat.ts";
import type { Profile } from "../../lib/profiles/profile.ts";
import { type Group, startTelegramServer } from "../../lib/simulator/telegram/server.ts";
import { createSendPace } from "../../lib/telegram/send_pace.ts";
import { aLead } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { someProfiles } from "../helpers/a_profile.ts";
import { slowJournal } from "../helpers/slow_journal.ts";
import { TOKEN } from "../helpers/world.ts";

interface Here {
  readonly chats: AllManagersChats;
  readonly journal: Journal;
  readonly main: Group;
  readonly group: Group;
  readonly forum: Group;
  /** Sleeps that the chats asked for, in ms. */
  readonly waits: number[];
  /** The profiles that have chats of their own from now on. */
  use(own: Readonly<Record<string, OwnChat>>): Promise<void>;
}

async function withChats(
  story: (here: Here) => Promise<void>,
  breakJournal: (journal: Journal) => Journal = (journal) => journal,
): Promise<void> {
  await using telegram = await startTelegramServer({ token: TOKEN, limits: "off" });
  const main = telegram.group({ title: "Главный", type: "supergroup" });
  const group = telegram.group({ title: "Свой", type: "supergroup" });
  const forum = telegram.group({ title: "Форум", is_forum: true });
  const read = readConfig({
    BOT_TOKEN: TOKEN,
    ADMIN_CHAT_ID: String(main.id),
    TELEGRAM_API_ROOT: telegram.url,
  });
  assert.ok(read.ok);
  const journal = breakJournal(await openJournal(":memory:"));
  const { log } = aLog();
  const waits: number[] = [];
  let nowMs = 0;
  let own: Readonly<Record<string, OwnChat>> = {};
  const stopping = new AbortController();
  const sleep = (ms: number) => {
    waits.push(ms);
    nowMs += ms;
    return Promise.resolve();
  };
  const profiles = someProfiles();
  const agency = profiles.byKey.get("agency")!;
  const recordDurably = Object.assign(
    (write: () => void) => Promise.resolve(write()),
    { soon: (write: () => void) => Promise.resolve(write()) },
  );
  const chats = await createManagersChats({
    crew: ALONE,
    config: read.config,
    journal,
    profiles: () => ({
      ...profiles,
      byKey: new Map(
        ["agency", "cg", "express"].map((key): [string, Profile] => [
          key,
          { ...agency, key, ownChat: own[key] ?? null },
        ]),
      ),
    }),
    recordDurably,
    pace: createSendPace({
      perSecond: 0,
      elapsedMs: () => nowMs,
      sleep,
      stopping: stopping.signal,
    }),
    wake() {},
    now: () => nowMs,
    elapsedMs: () => nowMs,
    random: () => 1,
    sleep,
    stopping: stopping.signal,
    log,
  });
  const use = async (next: Readonly<Record<string, OwnChat>>) => {
    own = next;
    await chats.follow();
  };
  try {
    await story({ chats, journal, main, group, forum, waits, use });
  } finally {
    stopping.abort();
    await journal.close();
  }
}

const plain = (text: string) => ({ text, entities: [] });

async function showTimes(times: number, chats: AllManagersChats, key: string): Promise<void> {
  for (let nth = 1; nth <= times; nth++) {
    assert.equal((await chats.at(key).show(plain(`${nth}`))).kind, "shown");
  }
}

Deno.test("profiles that name one chat share it, and one that names the main chat has that", () =>
  withChats(async ({ chats, journal, main, group, use }) => {
    await use({
      agency: { chatId: group.id, topicId: null },
      cg: { chatId: group.id, topicId: null },
      express: { chatId: main.id, topicId: null },
    });
    const key = String(group.id);
    assert.deepEqual(chats.keys(), ["", key]);
    assert.deepEqual(["agency", "cg", "express"].map(journal.chatOf), [key, key, ""]);
    assert.deepEqual(chats.ownChats().map(({ profiles }) => profiles), [["agency", "cg"]]);
    const before = chats.at(key);
    await use({ cg: { chatId: group.id, topicId: null } });
    assert.equal(chats.at(key), before);
    await use({});
    assert.deepEqual(chats.keys(), [""]);
    assert.equal(chats.at(key), chats.main.chat);
  }));

Deno.test("a profile's leads come to a chat of its own while another is taken up, however slow the journal is", () =>
  withChats(async ({ chats, journal, main, group, forum, use }) => {
    await use({ agency: { chatId: group.id, topicId: null } });
    let isUsed = false;
    const used = use({ agency: { chatId: forum.id, topicId: null } }).then(() => isUsed = true);
    while (!isUsed) {
      assert.notEqual(chats.at(journal.chatOf("agency")).chatId(), main.id);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await used;
    assert.equal(chats.at(journal.chatOf("agency")).chatId(), forum.id);
    assert.deepEqual(chats.keys(), ["", String(forum.id)]);
  }, slowJournal));

Deno.test("profiles that change twice at once leave one chat of each key", () =>
  withChats(async ({ chats, group, use }) => {
    const first = use({ agency: { chatId: group.id, topicId: null } });
    const second = chats.follow();
    await first;
    const chat = chats.at(String(group.id));
    await second;
    assert.equal(chats.at(String(group.id)), chat);
  }, slowJournal));

Deno.test("a group that moved is reminded on, also while profiles name it by its former id", () =>
  withChats(async ({ chats, journal, group, use }) => {
    await journal.rememberFact("admin_chat_of:-5", String(group.id));
    await use({ agency: { chatId: -5, topicId: null }, cg: { chatId: group.id, topicId: null } });
    const reminded = (await chats.reminded()).map(({ key, formerKeys }) => [key, formerKeys]);
    assert.deepEqual(reminded, [["", []], [String(group.id), ["-5"]]]);
  }));

Deno.test("the reply to a command is one of its group's 20 messages a minute, and of no other's", () =>
  withChats(async ({ chats, group, waits, use }) => {
    await use({ agency: { chatId: group.id, topicId: null } });
    for (let reply = 1; reply <= 5; reply++) chats.noteSent(group.id);
    chats.noteSent(-5);
    await showTimes(15, chats, String(group.id));
    await showTimes(20, chats, "");
    assert.deepEqual(waits, []);
    await showTimes(1, chats, String(group.id));
    assert.deepEqual(waits, [60_000]);
  }));

Deno.test("each chat has 20 messages a minute of its own, and topics of one group share them", () =>
  withChats(async ({ chats, group, forum, waits, use }) => {
    const [one, other] = [forum.openTopic("A"), forum.openTopic("B")];
    await use({
      agency: { chatId: forum.id, topicId: one },
      cg: { chatId: forum.id, topicId: other },
      express: { chatId: group.id, topicId: null },
    });
    await showTimes(10, chats, `${forum.id}:${one}`);
    await showTimes(10, chats, `${forum.id}:${other}`);
    await showTimes(20, chats, String(group.id));
    await showTimes(20, chats, "");
    assert.deepEqual(waits, []);
    await showTimes(1, chats, `${forum.id}:${one}`);
    assert.deepEqual(waits, [60_000]);
    const shown = forum.chat.messages.filter(({ from }) => from.is_bot);
    assert.deepEqual(
      new Set(shown.map(({ message_thread_id }) => message_thread_id)),
      new Set([one, other]),
    );
  }));

Deno.test("a chat of its own may act on its profiles' leads and on the cards in it, the main one on all, any other on none", () =>
  withChats(async ({ chats, main, group, forum, use }) => {
    await use({ agency: { chatId: group.id, topicId: null } });
    const card = (chatId: number) => ({ chatId, messageId: 5 });
    const scope = chats.scopeOf(group.id);
    assert.ok(scope !== undefined);
    assert.ok(scope.has(aLead({ profile: "agency" })));
    assert.ok(scope.has(aLead({ profile: "agency", card: card(main.id) })));
    assert.ok(scope.has(aLead({ profile: "cg", card: card(group.id) })));
    assert.ok(!scope.has(aLead({ profile: "cg", card: card(main.id) })));
    assert.ok(!scope.has(aLead({ profile: "cg" })));
    assert.deepEqual([scope.isMain, scope.isAt(group.id), scope.isAt(main.id)], [
      false,
      true,
      false,
    ]);
    assert.ok(chats.scopeOf(main.id)?.has(aLead({ profile: "agency" })));
    assert.equal(chats.scopeOf(forum.id), undefined);
    await use({});
    assert.equal(chats.scopeOf(group.id), undefined);
  }));

Deno.test("a message in a chat that no profile names any more is edited, and that it cannot be is no failure of another chat", () =>
  withChats(async ({ chats, journal, group, use }) => {
    await use({ agency: { chatId: group.id, topicId: null } });
    const shown = await chats.at(String(group.id)).show(plain("Карточка"));
    assert.ok(shown.kind === "shown");
    await use({});
    assert.ok(chats.groups().includes("former"));
    const former = chats.ofGroup("former");
    assert.equal(
      (await former.edit(shown.message, plain("Другое"), { inline_keyboard: [] })).kind,
      "shown",
    );
    assert.equal(group.chat.messages.at(-1)?.text, "Другое");
    group.kickBot();
    assert.equal(
      (await former.edit(shown.message, plain("Ещё"), { inline_keyboard: [] })).kind,
      "refused",
    );
    assert.equal(chats.main.failsSinceMs(), undefined);
    assert.equal(journal.chatOf("agency"), "");
  }));
