// A profile's own managers' chat in locales.json: what is read, what is a warning, and what a form makes of it.

import assert from "node:assert/strict";
import { readJson, textOf, valueAt } from "../../lib/json/text.ts";
import { profileFaults } from "../../lib/profiles/draft.ts";
import { profileForm, withProfile } from "../../lib/profiles/edits.ts";
import { withNewProfile } from "../../lib/profiles/new_profile.ts";
import { parseProfiles } from "../../lib/profiles/parse.ts";
import { type Locales, someLocales } from "../helpers/a_profile.ts";

const GROUP = -1_001_234_567_890;

function parsed(edit: (agency: Locales) => void) {
  const result = parseProfiles(someLocales(({ agency }) => edit(agency)));
  assert.ok(result.ok);
  return { chat: result.profiles.byKey.get("agency")?.ownChat, warnings: result.warnings };
}

function contentWith(edit: (agency: Locales) => void) {
  const read = readJson(JSON.stringify(someLocales(({ agency }) => edit(agency)), null, 2));
  assert.ok(read.ok);
  return read.json;
}

Deno.test("a group and its topic are read, and a profile without them has the main chat", () => {
  assert.deepEqual(parsed(() => {}), { chat: null, warnings: [] });
  assert.deepEqual(parsed((agency) => agency.managers_chat_id = null).chat, null);
  assert.deepEqual(parsed((agency) => agency.managers_chat_id = GROUP), {
    chat: { chatId: GROUP, topicId: null },
    warnings: [],
  });
  const inTopic = parsed((agency) => Object.assign(agency, { managers_chat_id: -1, topic_id: 7 }));
  assert.deepEqual(inTopic, { chat: { chatId: -1, topicId: 7 }, warnings: [] });
});

for (
  const [found, said] of [
    [310_452_007, "найдено 310452007"],
    [0, "найдено 0"],
    [-1.5, "найдено -1.5"],
    [-1e300, "найдено -1e+300"],
    [String(GROUP), `найдено ${GROUP} в кавычках`],
    ["группа", "найден текст"],
    [true, "найдено true"],
    [[GROUP], "найден список"],
  ] as const
) {
  Deno.test(`managers_chat_id ${JSON.stringify(found)} is a warning at its place, and the main chat gets the cards`, () => {
    const { chat, warnings } = parsed((agency) => agency.managers_chat_id = found);
    assert.equal(chat, null);
    const message = `${said}, нужен id группы из ответа на /id, целое число меньше нуля`;
    assert.deepEqual(warnings, [{ path: "agency.managers_chat_id", message }]);
  });
}

for (
  const [found, said] of [
    [0, "найдено 0"],
    [2 ** 31, "найдено 2147483648"],
    ["7", "найдено 7 в кавычках"],
    [{}, "найден объект"],
  ] as const
) {
  Deno.test(`topic_id ${JSON.stringify(found)} is a warning at its place, and the group gets the cards`, () => {
    const { chat, warnings } = parsed((agency) =>
      Object.assign(agency, { managers_chat_id: GROUP, topic_id: found })
    );
    assert.deepEqual(chat, { chatId: GROUP, topicId: null });
    const message = `${said}, нужен номер темы из ответа на /id, целое число больше нуля`;
    assert.deepEqual(warnings, [{ path: "agency.topic_id", message }]);
  });
}

Deno.test("a topic without its group is a warning", () => {
  const { chat, warnings } = parsed((agency) => agency.topic_id = 7);
  assert.equal(chat, null);
  const message = "нет managers_chat_id, без него темы не бывает";
  assert.deepEqual(warnings, [{ path: "agency.topic_id", message }]);
});

Deno.test("the form writes numbers, keeps every other byte, takes the keys out again, and keeps what cannot be a number", () => {
  const content = contentWith(() => {});
  const form = profileForm(valueAt(content, "agency"));
  assert.deepEqual(form.ownChat, { chatId: "", topicId: "" });
  assert.equal(withProfile(content, "agency", form), content);
  const typed = { ...form, ownChat: { chatId: ` −${-GROUP} `, topicId: "7" } };
  const saved = withProfile(content, "agency", typed);
  assert.equal(
    textOf(saved).replace(`,\n    "managers_chat_id": ${GROUP},\n    "topic_id": 7`, ""),
    textOf(content),
  );
  const before = profileForm(valueAt(saved, "agency"));
  assert.deepEqual(before.ownChat, { chatId: String(GROUP), topicId: "7" });
  assert.equal(withProfile(saved, "agency", { ...before, ownChat: undefined }), saved);
  const without = withProfile(saved, "agency", { ...before, ownChat: form.ownChat });
  assert.equal(textOf(without), textOf(content));
  const odd = { ...form, ownChat: { chatId: "@triborg", topicId: "" } };
  const kept = withProfile(content, "agency", odd);
  assert.equal(profileForm(valueAt(kept, "agency")).ownChat?.chatId, "@triborg");
});

Deno.test("what the file may have is a fault of the form, at its field", () => {
  const content = contentWith(() => {});
  const faultsOf = (chatId: string, topicId: string) =>
    profileFaults(content, "agency", {
      ...profileForm(valueAt(content, "agency")),
      ownChat: { chatId, topicId },
    }).map(({ path }) => path);
  assert.deepEqual(faultsOf(String(GROUP), "7"), []);
  assert.deepEqual(faultsOf("", ""), []);
  assert.deepEqual(faultsOf("310452007", ""), ["managers_chat_id"]);
  assert.deepEqual(faultsOf(String(GROUP), "-7"), ["topic_id"]);
  assert.deepEqual(faultsOf("", "7"), ["topic_id"]);
});

Deno.test("a copy of a profile has its chat", () => {
  const content = contentWith((agency) => agency.managers_chat_id = GROUP);
  const copied = withNewProfile(content, { key: "copy", name: "Копия", from: "agency" }, () => 0);
  assert.equal((valueAt(copied, "copy") as Locales).managers_chat_id, GROUP);
});
