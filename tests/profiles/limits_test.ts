// Each limit of a file at its value and one past it.

import assert from "node:assert/strict";
import { anotherProfile, aProfile, type Locales } from "../helpers/a_profile.ts";
import { assertFault, assertNoFault } from "../helpers/file_faults.ts";

/** A string of so many UTF-16 units, half of them of characters that need two. */
function textOf(length: number): string {
  return "🔥".repeat(Math.floor(length / 4)).padEnd(length, "д");
}

const LIMITS: readonly [
  what: string,
  set: (locales: Locales, length: number) => void,
  most: number,
  path: string,
][] = [
  ["a caption", ({ agency }, n) => agency.step1.caption = textOf(n), 4096, "agency.step1.caption"],
  [
    "the menu's text",
    ({ fallback }, n) => fallback.welcome_text = textOf(n),
    4096,
    "fallback.welcome_text",
  ],
  ["a name", ({ agency }, n) => agency.name = textOf(n), 256, "agency.name"],
  [
    "a button's text",
    ({ agency }, n) => agency.step1.buttons[0].text = textOf(n),
    256,
    "agency.step1.buttons[0].text",
  ],
  [
    "a choice",
    ({ agency }, n) => agency.step2.choices.agency_clients = textOf(n),
    1024,
    "agency.step2.choices.agency_clients",
  ],
  [
    "a follow-up's template",
    ({ agency }, n) =>
      agency.followup.admin_followup_template = "{username}{message}" + textOf(n - 19),
    4096,
    "agency.followup.admin_followup_template",
  ],
];

for (const [what, set, most, path] of LIMITS) {
  Deno.test(`${what} may have ${most} UTF-16 units and not one more`, () => {
    assertNoFault((locales) => set(locales, most));
    assertFault(
      (locales) => set(locales, most + 1),
      path,
      `символов ${most + 1}, нужно не больше ${most}`,
    );
  });
}

Deno.test("callback_data may have 64 bytes and not one more", () => {
  const set = (data: string) => ({ agency }: Locales) =>
    agency.step1.buttons[0].callback_data = data;
  assertNoFault(set("д".repeat(32)));
  assertNoFault(set("x".repeat(64)));
  const path = "agency.step1.buttons[0].callback_data";
  assertFault(set("д".repeat(32) + "x"), path, "байт 65, нужно от 1 до 64");
  assertFault(set("x".repeat(65)), path, "байт 65, нужно от 1 до 64");
});

Deno.test("a profile may have 50 buttons and not one more", () => {
  const set = (count: number) => ({ agency }: Locales) =>
    agency.step1.buttons = Array.from({ length: count }, (_, index) => ({
      text: `Кнопка ${index}`,
      callback_data: `agency_${index}`,
    }));
  assertNoFault(set(50));
  assertFault(set(51), "agency.step1.buttons", "кнопок 51, нужно не больше 50");
});

Deno.test("a CRM deadline may have from 1 to 120 seconds", () => {
  for (const seconds of [1, 1.5, 120]) {
    const profile = aProfile((agency) => agency.timeout_seconds = seconds);
    assert.equal(profile.crmTimeoutMs, seconds * 1000);
  }
  for (const seconds of [0, 0.99, 120.01, -1]) {
    assertFault(
      ({ agency }) => agency.timeout_seconds = seconds,
      "agency.timeout_seconds",
      `найдено ${seconds}, нужно число секунд от 1 до 120`,
    );
  }
});

Deno.test("a confirmation may have 4096 units together with the longest choice", () => {
  const set = (length: number) => ({ agency }: Locales) => {
    agency.step2.success_caption_template = "{choice}" + "x".repeat(length);
    agency.step2.choices.agency_website = "y".repeat(1000);
  };
  assertNoFault(set(3096));
  assertFault(
    set(3097),
    "agency.step2.success_caption_template",
    "вместе с самым длинным выбором символов 4097, нужно не больше 4096",
  );
});

Deno.test("a profile's key may be as long as its menu button allows", () => {
  const set = (key: string) => (locales: Locales) => locales[key] = anotherProfile("other");
  assertNoFault(set("a".repeat(57)));
  assertNoFault(set("Ab_9-z"));
  const message = "слово не годится для ссылки, нужно от 1 до 57 символов A–Z, a–z, 0–9, _ и -";
  assertFault(set("a".repeat(58)), "a".repeat(58), message);
  assertFault(set("my profile"), "my profile", message);
  assertFault(set("агентство"), "агентство", message);
});
