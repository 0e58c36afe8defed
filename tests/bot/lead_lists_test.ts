// Which leads the lists of the managers' chat show: pages by position, buttons as Telegram hands them over, bounded searches.

import assert from "node:assert/strict";
import { findLeads, leadsPage, searchWords } from "../../lib/bot/lead_lists.ts";
import { listOf } from "../../lib/bot/scoped_lists.ts";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { ownScope } from "../../lib/managers/chats.ts";
import { foundText, leadsText, NEWEST, readLeadsPage } from "../../lib/managers/lead_list_texts.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { inventLeads } from "../helpers/invented_leads.ts";

async function withLeads(
  leads: number,
  look: (journal: Journal) => void | Promise<void>,
): Promise<void> {
  const journal = await openJournal(":memory:");
  await inventLeads(journal, NOON_MS, leads);
  return Promise.resolve(look(journal)).finally(() => journal.close());
}

const noPause = () => Promise.resolve();

Deno.test("a position beyond either end of the list shows the page at that end", () =>
  withLeads(23, async (journal) => {
    const shown = async (data: string) => {
      const { view, cursor } = readLeadsPage(data)!;
      return (await leadsPage(journal, view, cursor)).leads.map(({ number }) => number);
    };
    assert.deepEqual(await shown("all:<0"), fromTo(10, 1));
    assert.deepEqual(await shown("all:>999999999999999"), fromTo(23, 14));
    assert.deepEqual(await shown("all:>22"), fromTo(23, 14));
    assert.deepEqual(await shown("all:"), fromTo(23, 14));
    assert.deepEqual(await shown("all:<24"), fromTo(23, 14));
  }));

Deno.test("an empty journal has an empty page without buttons", () =>
  withLeads(0, async (journal) => {
    for (const view of ["all", "open"] as const) {
      const { message, keyboard } = leadsText(
        await leadsPage(journal, view, { before: 5 }),
        String,
      );
      assert.match(message.text, /^Лиды: 0\nОткрытые: 0\n/);
      assert.ok(keyboard.inline_keyboard.flat().every(({ text }) => /Все лиды|Новые/.test(text)));
    }
  }));

for (
  const data of [
    "",
    "all",
    "all:5",
    "open:<",
    "held:<5",
    "all:<-5",
    "all:<1e3",
    "all:<1234567890123456",
  ]
) {
  Deno.test(`callback data "leads:${data}" opens no page`, () => {
    assert.equal(readLeadsPage(data), undefined);
  });
}

Deno.test("open cards behind thousands of leads that are held back are found", async () => {
  const asked: unknown[] = [];
  const lead = { number: 5 };
  const journal = {
    listLeads(_filter: unknown, cursor: unknown) {
      asked.push(cursor);
      return Promise.resolve(
        asked.length < 3
          ? { leads: [], next: 10_000 - asked.length, cutShort: true }
          : { leads: [lead as never], next: undefined, cutShort: false },
      );
    },
    countListed: () => Promise.resolve({ in_admin_chat: 1, blocked: 9_000 }),
    findLife: () => Promise.resolve(undefined),
  };
  const page = await leadsPage(journal, "open", { before: Number.MAX_SAFE_INTEGER });
  assert.deepEqual([page.leads.length, page.total, page.open], [1, 9_001, 1]);
  assert.deepEqual(asked.slice(1), [{ before: 9_999 }, { before: 9_998 }]);
});

Deno.test("every button's data fits into Telegram's 64 bytes and opens its page", () =>
  withLeads(60, async (journal) => {
    for (const data of ["all:", "all:<41", "open:", "all:>0"]) {
      const position = readLeadsPage(data)!;
      const page = await leadsPage(journal, position.view, position.cursor);
      for (const button of leadsText(page, String).keyboard.inline_keyboard.flat()) {
        assert.ok("callback_data" in button && button.callback_data.length <= 64);
        assert.notEqual(readLeadsPage(button.callback_data.slice("leads:".length)), undefined);
      }
    }
  }));

Deno.test("a search looks at the newest 40 000 leads, a portion at a time, and says so", async () => {
  const asked: number[] = [];
  let pauses = 0;
  const journal = {
    listLeads(_filter: unknown, { before = 0 }: { before?: number }, most: number) {
      asked.push(most);
      return Promise.resolve({
        leads: [],
        next: Math.min(before, 1_000_000) - 2_000,
        cutShort: true,
      });
    },
    countListed: () => Promise.resolve(undefined),
    findLife: () => Promise.resolve(undefined),
  };
  const found = await findLeads(journal, "Гендальф", () => Promise.resolve(void pauses++));
  assert.deepEqual([asked.length, pauses, found.lookedAt], [20, 20, 40_000]);
  const { text } = foundText("Гендальф", found, null, String);
  assert.equal(
    text,
    "Таких лидов нет: Гендальф\n\nПросмотрены последние 40000, остальные на странице «Лиды».",
  );
});

Deno.test("a number is known with the sign of either script before it", () =>
  withLeads(3, async (journal) => {
    for (const words of ["2", "№2", "№ 2", "#2"]) {
      const { leads } = await findLeads(journal, words, noPause);
      assert.equal(leads[0]?.number, 2, words);
    }
  }));

Deno.test("a number finds its lead first, and it is counted once", () =>
  withLeads(60, async (journal) => {
    const found = await findLeads(journal, "1", noPause);
    assert.equal(found.leads[0]?.number, 1);
    const numbers = found.leads.map(({ number }) => number);
    assert.equal(new Set(numbers).size, 10);
    const all = await journal.listLeads(
      { place: null, profile: null, fromMs: null, toMs: null, words: "1" },
      { before: Number.MAX_SAFE_INTEGER },
      100,
    );
    assert.equal(found.more, all.leads.length - 10);
  }));

/** Of a chat of these profiles. */
const scopeOf = (...profiles: string[]) => ownScope(new Set(profiles), () => false);

for (const profiles of [["agency"], ["agency", "express"], ["agency", "cg", "express"]]) {
  Deno.test(`the pages of a chat of ${profiles.length} profiles hold each of their leads once, forth and back`, () =>
    withLeads(300, async (journal) => {
      const list = listOf(journal, scopeOf(...profiles));
      const every = { place: null, profile: null, fromMs: null, toMs: null, words: "" };
      const wanted = (await journal.listLeads(every, { before: Number.MAX_SAFE_INTEGER }, 400))
        .leads
        .filter(({ profile }) => profiles.includes(profile)).map(({ number }) => number);
      const down: number[] = [];
      let page = await leadsPage(list, "all", NEWEST);
      assert.equal(page.total, wanted.length);
      const pages = [page];
      while (page.older !== null) {
        page = await leadsPage(list, "all", page.older);
        pages.push(page);
      }
      for (const each of pages) down.push(...each.leads.map(({ number }) => number));
      assert.deepEqual(down, wanted);
      const up: number[][] = [page.leads.map(({ number }) => number)];
      while (page.newer !== null) {
        page = await leadsPage(list, "all", page.newer);
        up.unshift(page.leads.map(({ number }) => number));
      }
      assert.deepEqual([...new Set(up.flat())], wanted);
      assert.ok(
        (await leadsPage(list, "open", NEWEST)).leads.every((each) =>
          profiles.includes(each.profile)
        ),
      );
    }));
}

Deno.test("a search of a profile's chat finds no lead of another, not by its number either", () =>
  withLeads(60, async (journal) => {
    const list = listOf(journal, scopeOf("agency"));
    const other = (await journal.listLeads(
      { place: null, profile: "cg", fromMs: null, toMs: null, words: "" },
      { before: 99 },
      1,
    )).leads[0]!;
    const found = await findLeads(list, `${other.number}`, noPause);
    assert.ok(found.leads.every(({ profile }) => profile === "agency"));
    assert.equal(await list.findLife(other.number), undefined);
  }));

Deno.test("what is searched for is bounded, and a typed phone is spelled as the journal has it", () => {
  assert.equal(searchWords(" x".repeat(9_000)).length, 99);
  assert.equal(searchWords("8 (999) 123-45-67"), "+79991234567");
  assert.equal(searchWords("42"), "42");
  assert.ok(searchWords("😀".repeat(200)).isWellFormed());
});

for (
  const [typed, words] of [
    ['"Вася"', "Вася"],
    ["«Вася Пупкин»", "Вася Пупкин"],
    ["'Вася", "Вася"],
    ["O'Brien", "O'Brien"],
    ['"', '"'],
    ["\u202aВася\u202c", "Вася"],
    ["t.me/vasya", "@vasya"],
    ["https://t.me/Vasya_1", "@Vasya_1"],
    ["t.me/vasya/5", "t.me/vasya/5"],
    ["\u202a8 (999) 123‑45‑67\u202c", "+79991234567"],
  ] as const
) {
  Deno.test(`«${typed}» is searched for as «${words}»`, () =>
    assert.equal(searchWords(typed), words));
}

function fromTo(first: number, last: number): number[] {
  return Array.from({ length: first - last + 1 }, (_, index) => first - index);
}
