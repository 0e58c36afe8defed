// What a file costs that is large, wrong everywhere or deep: time in proportion, a bounded number of lines, no overflow.

import assert from "node:assert/strict";
import { parseProfiles } from "../../lib/profiles/parse.ts";
import { readProfiles } from "../../lib/profiles/file_store.ts";
import { anotherProfile, type Locales, someLocales } from "../helpers/a_profile.ts";
import { leastMs, leastRatio } from "../helpers/least_ms.ts";

type Edit = (profile: Locales, nth: number) => void;

/** A file with so many profiles, each edited. */
function fileOf(count: number, edit: Edit = () => {}): Locales {
  return someLocales((locales) => {
    for (let nth = 0; nth < count; nth += 1) {
      const profile = anotherProfile(`p${nth}`);
      edit(profile, nth);
      locales[`p${nth}`] = profile;
    }
  });
}

function some<T>(count: number, make: (nth: number) => T): T[] {
  return Array.from({ length: count }, (_, nth) => make(nth));
}

const entries = (count: number, make: (nth: number) => unknown) =>
  Object.fromEntries(some(count, (nth) => [`k${nth}`, make(nth)]));

/** Files that grow with a number, in each way in which one can. */
const GROWING: Readonly<Record<string, (count: number) => Locales>> = {
  "good profiles": (count) => fileOf(count),
  "profiles that are wrong everywhere": (count) =>
    fileOf(count, (profile) => {
      profile.name = "";
      profile.webhook_url = "nowhere";
      profile.step1.buttons = [{ text: "", callback_data: 5 }];
      delete profile.step2;
    }),
  "profiles with the same callback data": (count) =>
    fileOf(count, (profile) => profile.step1.buttons[0].callback_data = "same"),
  "impossible keys": (count) => ({ ...someLocales(), ...entries(count, () => 1) }),
  "buttons of one profile": (count) =>
    fileOf(
      1,
      (profile) =>
        profile.step1.buttons = some(count, (nth) => ({ text: "", callback_data: `b${nth}` })),
    ),
  "buttons of the menu": (count) =>
    someLocales((locales) =>
      locales.fallback.buttons = some(count, () => ({ text: "a", callback_data: "select_agency" }))
    ),
  "choices and languages of one profile": (count) =>
    fileOf(1, (profile) => {
      profile.step2.choices = entries(count, () => "x");
      profile.translations = Object.fromEntries(
        some(count, (nth) => [`en-a${nth.toString(36)}`.padEnd(6, "z"), {}]),
      );
    }),
  "keys of crm, its headers, fields and body": (count) =>
    fileOf(4, (profile, nth) => {
      const many = entries(count / 4, () => "{lead_nam}");
      const kind = ["webhook", "webhook", "amocrm", "amocrm"][nth];
      profile.crm = nth % 2 === 0
        ? { kind, body: { list: Object.values(many), many }, ...many }
        : { kind, headers: many, fields: many, tags: Object.values(many) };
    }),
  "placeholders of one text": (count) =>
    fileOf(
      1,
      (profile) =>
        profile.step2.success_caption_template = some(count, (nth) => `{a${nth}}`).join(""),
    ),
  "notes in one profile": (count) => fileOf(1, (profile) => profile.note = some(count, () => [{}])),
};

for (const [what, make] of Object.entries(GROWING)) {
  Deno.test(`3,000 ${what} take at most 0.5 s, and twice as many about twice as long`, () => {
    const [small, large] = [make(3_000), make(6_000)];
    const smallMs = leastMs(() => parseProfiles(small), 500);
    assert.ok(smallMs < 500, `${smallMs} ms`);
    // Quadratic time, four times as long, never passes.
    const ratio = leastRatio(() => parseProfiles(small), () => parseProfiles(large), 3);
    assert.ok(ratio <= 3, `${ratio} times as long`);
  });
}

async function withFile(text: string, check: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    await check(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("of thousands of faults a hundred are told, and how many more there are", () =>
  withFile(JSON.stringify(fileOf(3_000, (profile) => profile.name = "")), async (path) => {
    const result = await readProfiles(path);
    assert.ok(!result.ok);
    assert.equal(result.faults.length, 101);
    assert.deepEqual(result.faults.at(-1), { path: "", message: "и ещё таких мест: 2900" });
  }));

Deno.test("a fault names a few of thousands of placeholders, each cut", () => {
  const template = `{choice}${some(1_000, (nth) => `{${"a".repeat(nth)}}`).join("")}`;
  const result = parseProfiles(
    fileOf(1, (profile) => profile.step2.success_caption_template = template),
  );
  assert.ok(!result.ok);
  for (const { message } of result.faults) assert.ok(message.length < 600, message);
});

for (const place of ["step1", "webhook_url", "note", "translations"]) {
  for (const deep of ["array", "object"]) {
    Deno.test(`a hundred thousand nested ${deep}s in a profile's ${place} are a fault`, () => {
      const [open, close] = deep === "array" ? ["[", "]"] : ['{"a":', "}"];
      const nested = `${open.repeat(100_000)}1${close.repeat(100_000)}`;
      const text = JSON.stringify(someLocales(({ agency }) => agency[place] = "HERE"))
        .replace('"HERE"', nested);
      return withFile(text, async (path) => {
        const result = await readProfiles(path);
        assert.ok(!result.ok);
        const [fault] = result.faults;
        assert.equal(fault?.path, "agency");
        assert.match(fault?.message ?? "", /вложенность/);
      });
    });
  }
}

Deno.test("nested lists alone are a fault of the file, and 60 levels in a note are none", async () => {
  await withFile("[".repeat(100_000) + "]".repeat(100_000), async (path) => {
    assert.ok(!(await readProfiles(path)).ok);
  });
  const note = JSON.parse("[".repeat(60) + "]".repeat(60));
  assert.ok(parseProfiles(someLocales(({ agency }) => agency.note = note)).ok);
});
