// Thanks and reminders in the visitor's own language, also those that a bot before this one owed.

import assert from "node:assert/strict";
import { type Journal, VISITORS_LANE } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import { AWAY, THANKS } from "../../lib/visitors/texts.ts";
import { createVisitorWork } from "../../lib/visitors/work.ts";
import { aNewLead, aVisitor, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { anotherProfile, type Locales, someProfiles } from "../helpers/a_profile.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const inTwoLanguages = (all: Locales) => {
  all.fallback.away_text = "Мы здесь.";
  all.fallback.translations = {
    en: {
      welcome_text: "Choose",
      away_text: "We are back.",
      buttons: [{ text: "Marketing", callback_data: "select_agency" }],
    },
  };
  all.agency.followup.thanks_text = "{name} благодарит";
  all.agency.translations = {
    en: {
      step1: { buttons: [{ text: "Get clients", callback_data: "agency_clients" }] },
      followup: { thanks_text: "{name} says thanks" },
    },
  };
};

type Owe = (journal: Journal) => Promise<void>;

/** Owes the visitor of chat 7 something, does it, and tells what was said, with the buttons' texts. */
async function saidTo(
  owe: Owe,
  { language = "en-US", edit = inTwoLanguages }: {
    /** As the visitor's lead has it. */
    readonly language?: string | null;
    readonly edit?: (all: Locales) => void;
  } = {},
): Promise<string[]> {
  const journal = await openJournal(":memory:");
  const { log } = aLog();
  const said: string[] = [];
  const lead = { chatId: 7, visitor: aVisitor({ language }), receivedAtMs: NOON_MS - 10_000 };
  await partsOf(journal).insertLead(aNewLead(lead));
  await owe(journal);
  const profiles = someProfiles(edit);
  const work = createVisitorWork({
    journal,
    visitorChat: {
      confirm: () => Promise.reject(new Error("not asked here")),
      askPhone: () => Promise.reject(new Error("not asked here")),
      thank(chatId, text) {
        said.push(`${chatId}: ${text}`);
        return Promise.resolve({ kind: "sent" });
      },
      remind(chatId, text, { inline_keyboard }) {
        said.push(`${chatId}: ${text} [${inline_keyboard.flat().map((each) => each.text)}]`);
        return Promise.resolve({ kind: "sent", menu: { chatId, messageId: 99 } });
      },
    },
    profiles: () => profiles,
    recordDurably: createDurableRecording({
      journal,
      sleep: () => Promise.resolve(),
      stopping: new AbortController().signal,
      random: () => 1,
      log,
    }),
    recordDone: () => Promise.reject(new Error("not asked here")),
    retryAtMs: () => NOON_MS,
    wakeVisitors() {},
    confirmed() {},
    now: () => NOON_MS,
    log,
  });
  for (const kind of ["thanks", "reminder"] as const) {
    const owed = await journal.takeWorkOfKind(VISITORS_LANE, kind, NOON_MS);
    if (owed !== undefined) await work.run(owed);
    assert.equal(await journal.findWork(kind, owed?.subject ?? 0), undefined);
  }
  await journal.committed();
  await journal.close();
  return said;
}

const writeMore: Owe = async (journal) => {
  const message = { lead: 1, chatId: 7, messageId: 5, albumId: null, content: someContent() };
  await journal.recordFollowUp(message, NOON_MS);
};

Deno.test("the thanks are the profile's, in the language of the lead, with its name", async () => {
  assert.deepEqual(await saidTo(writeMore), ["7: MONSTER AGENCY says thanks"]);
  const german = await saidTo(writeMore, { language: "de" });
  assert.deepEqual(german, ["7: MONSTER AGENCY благодарит"]);
  const plain = await saidTo(writeMore, { edit: () => {} });
  assert.deepEqual(plain, [`7: ${THANKS}`]);
});

Deno.test("thanks of a profile that has another key by now are its own, and of one that is gone the bot's", async () => {
  const renamed = (all: Locales) => {
    inTwoLanguages(all);
    all.studio = { ...all.agency, aliases: ["agency"] };
    delete all.agency;
    for (const menu of [all.fallback, all.fallback.translations.en]) {
      menu.buttons[0].callback_data = "select_studio";
    }
  };
  const [said] = await saidTo(writeMore, { edit: renamed });
  assert.equal(said, "7: MONSTER AGENCY says thanks");
  const gone = (all: Locales) => {
    renamed(all);
    delete all.studio.aliases;
  };
  assert.deepEqual(await saidTo(writeMore, { edit: gone }), [`7: ${THANKS}`]);
});

Deno.test("thanks that are owed for a follow-up that is not known are sent all the same", async () => {
  const owe: Owe = async (journal) =>
    void await journal.addWork(
      { lane: VISITORS_LANE, kind: "thanks", subject: 41, body: { chatId: 7 } },
      NOON_MS,
    );
  assert.deepEqual(await saidTo(owe), [`7: ${THANKS}`]);
});

const openMenu = (profile: string, language?: string | null): Owe => async (journal) => {
  await journal.rememberMenu({ chatId: 7, messageId: 9 }, profile, NOON_MS - 1000, language);
  assert.equal(
    await journal.recordPolled("polled_at_ms", NOON_MS, {
      menusSinceMs: NOON_MS - 2000,
      untilMs: NOON_MS,
    }),
    1,
  );
};

Deno.test("a reminder has the text and the buttons of the language that the open menu had", async () => {
  assert.deepEqual(await saidTo(openMenu("", "en")), ["7: We are back. [Marketing]"]);
  assert.deepEqual(await saidTo(openMenu("agency", "en-GB")), [
    "7: We are back. [Get clients,Создать сайт]",
  ]);
  const russian = await saidTo(openMenu("", "ru"));
  assert.deepEqual(russian, ["7: Мы здесь. [Маркетинг]"]);
  const plain = await saidTo(openMenu("", "en"), { edit: () => {} });
  assert.deepEqual(plain, [`7: ${AWAY} [Маркетинг]`]);
});

Deno.test("a reminder with a profile's buttons has the profile's own text, where it has one", async () => {
  const edit = (all: Locales) => {
    inTwoLanguages(all);
    all.agency.step1.away_text = "{name} снова здесь";
    all.agency.translations.en.step1.away_text = "{name} is back";
  };
  assert.deepEqual(await saidTo(openMenu("agency", "en-GB"), { edit }), [
    "7: MONSTER AGENCY is back [Get clients,Создать сайт]",
  ]);
  assert.deepEqual(await saidTo(openMenu("agency", "ru"), { edit }), [
    "7: MONSTER AGENCY снова здесь [Привлечь клиентов,Создать сайт]",
  ]);
  assert.deepEqual(await saidTo(openMenu("", "ru"), { edit }), ["7: Мы здесь. [Маркетинг]"]);
});

Deno.test("a menu without a language has its visitor's last lead's, or the base", async () => {
  assert.deepEqual(await saidTo(openMenu("")), ["7: We are back. [Marketing]"]);
  const nobody = await saidTo(openMenu(""), { language: null });
  assert.deepEqual(nobody, ["7: Мы здесь. [Маркетинг]"]);
});

Deno.test("a reminder that the bot before this one owed is sent", async () => {
  const owe: Owe = async (journal) => {
    const reminder = { chatId: 7, profile: "agency", sentAtMs: NOON_MS - 1000 };
    const body = { ...reminder, language: null, source: null };
    await journal.addWork({ lane: VISITORS_LANE, kind: "reminder", subject: 0, body }, NOON_MS);
  };
  const said = await saidTo(owe, { language: null });
  assert.deepEqual(said, ["7: Мы здесь. [Привлечь клиентов,Создать сайт]"]);
});

Deno.test("a reminder offers live profiles alone, and a greeting's buttons stay what they were on the visitor's screen", async () => {
  const withExpress = (express: string, agency: string) => (all: Locales) => {
    inTwoLanguages(all);
    all.agency.state = agency;
    all.express = { ...anotherProfile("express"), state: express };
    all.fallback.buttons.push({ text: "Срочно", callback_data: "select_express" });
  };
  for (const hidden of ["draft", "paused"]) {
    const said = await saidTo(openMenu("", "ru"), { edit: withExpress(hidden, "live") });
    assert.deepEqual(said, ["7: Мы здесь. [Маркетинг]"]);
    const greeted = await saidTo(openMenu("express", "ru"), { edit: withExpress(hidden, "live") });
    assert.deepEqual(greeted, ["7: Мы здесь. [Ролик]"]);
    // Without a button there is nothing to press again.
    assert.deepEqual(await saidTo(openMenu("", "ru"), { edit: withExpress(hidden, "draft") }), []);
  }
});
