// Drafts, live and paused profiles in the file: what the state may be, and what it makes of the menu.

import assert from "node:assert/strict";
import { readJson, textOf, valueAt } from "../../lib/json/text.ts";
import type { Content } from "../../lib/profiles/edits.ts";
import { inLanguage, menuInLanguage } from "../../lib/profiles/language.ts";
import { withoutProfile, withRestored } from "../../lib/profiles/list.ts";
import { withNewProfile } from "../../lib/profiles/new_profile.ts";
import { draftsInMenu } from "../../lib/profiles/shown_menu.ts";
import { placeInMenu, stateOf, withPublished, withState } from "../../lib/profiles/state_edits.ts";
import {
  anotherProfile,
  aProfile,
  type Locales,
  someLocales,
  someProfiles,
  withProfiles,
} from "../helpers/a_profile.ts";
import { assertFault } from "../helpers/file_faults.ts";

/** A file with `agency`, and `cg` in the menu. */
function withCg(edit: (cg: Locales) => void): (locales: Locales) => void {
  return (all) => {
    all.cg = anotherProfile("cg");
    all.fallback.buttons.push({ text: "Графика", callback_data: "select_cg" });
    edit(all.cg);
  };
}

function contentOf(locales: Locales): Content {
  const read = readJson(JSON.stringify(locales, null, 2));
  assert.ok(read.ok);
  return read.json;
}

Deno.test("a profile without a state, or with null, is live, and keeps what it says otherwise", () => {
  assert.equal(aProfile().state, "live");
  assert.equal(aProfile((agency) => agency.state = null).state, "live");
  for (const state of ["draft", "live", "paused"]) {
    assert.equal(aProfile((agency) => agency.state = state).state, state);
  }
});

for (
  const [value, message] of [
    ["drafts", "найдено «drafts», нужно одно из: draft, live, paused; может быть, draft"],
    ["Draft", "найдено «Draft», нужно одно из: draft, live, paused; может быть, draft"],
    ["pause", "найдено «pause», нужно одно из: draft, live, paused; может быть, paused"],
    ["hidden", "найдено «hidden», нужно одно из: draft, live, paused"],
    ["черновик", "найден текст, нужно одно из: draft, live, paused"],
    ["", "найден текст, нужно одно из: draft, live, paused"],
    ["d".repeat(100_000), "найден текст, нужно одно из: draft, live, paused"],
    [true, "найдено true, нужно одно из: draft, live, paused"],
    [["draft"], "найден список, нужно одно из: draft, live, paused"],
  ] as const
) {
  Deno.test(`the state ${JSON.stringify(value).slice(0, 20)} is a fault with the words there are`, () =>
    assertFault(({ agency }) => agency.state = value, "agency.state", message));
}

Deno.test("the text of a paused profile is translated, holds the name, and fits into one message", () => {
  const profile = aProfile((agency) => {
    agency.paused_text = "{name} в отпуске";
    agency.translations = { en: { paused_text: "{name} is on holiday" }, de: {} };
  });
  assert.equal(profile.pausedText, "MONSTER AGENCY в отпуске");
  assert.equal(inLanguage(profile, "en").pausedText, "MONSTER AGENCY is on holiday");
  assert.equal(inLanguage(profile, "de").pausedText, "MONSTER AGENCY в отпуске");
  assert.equal(aProfile((agency) => agency.paused_text = " ").pausedText, null);
  assert.equal(
    aProfile((agency) => agency.paused_text = "я".repeat(4096)).pausedText?.length,
    4096,
  );

  const tooLong = "символов 4097, нужно не больше 4096";
  const long = "я".repeat(4097);
  assertFault(({ agency }) => agency.paused_text = long, "agency.paused_text", tooLong);
  const path = "agency.translations.en.paused_text";
  assertFault(({ agency }) => agency.translations = { en: { paused_text: long } }, path, tooLong);
  const withName = `${"я".repeat(4083)}{name}`;
  const filled = "вместе с названием символов 4097, нужно не больше 4096";
  assertFault(({ agency }) => agency.paused_text = withName, "agency.paused_text", filled);
  assertFault(
    ({ agency }) => agency.translations = { en: { paused_text: withName } },
    path,
    filled,
  );
  assertFault(
    ({ agency }) => agency.paused_text = 5,
    "agency.paused_text",
    "найдено 5, нужен текст",
  );
});

Deno.test("the menu that visitors see has live profiles alone, in every language", () => {
  for (const state of ["draft", "paused"]) {
    const profiles = someProfiles((all) => {
      withCg((cg) => cg.state = state)(all);
      all.fallback.translations = {
        en: { buttons: [{ text: "Marketing", callback_data: "select_agency" }] },
      };
    });
    for (const [language, text] of [[null, "Маркетинг"], ["en", "Marketing"]] as const) {
      const { menu } = menuInLanguage(profiles, language);
      assert.deepEqual(menu, [{ text, callbackData: "select_agency" }]);
    }
    assert.equal(profiles.menu.length, 2);
  }
});

Deno.test("only drafts in the menu are warned of", () => {
  assert.deepEqual(draftsInMenu(someProfiles(withCg((cg) => cg.state = "draft"))), [{
    path: "fallback.buttons[1]",
    message: "профиль «cg» в меню не показан, пока черновик",
  }]);
  assert.deepEqual(draftsInMenu(someProfiles(withCg((cg) => cg.state = "paused"))), []);
});

Deno.test("a state is written and goes without touching other bytes", () => {
  const before = contentOf(someLocales(withCg(() => {})));
  const paused = withState(before, "cg", "paused");
  assert.equal(stateOf(valueAt(paused, "cg")), "paused");
  assert.equal(textOf(withState(paused, "cg", "live")), textOf(before));
  assert.equal(withState(before, "cg", "live"), before);
});

Deno.test("a published draft has a button in the menu if it is wanted there, and never two or one too many", () => {
  const draft = withNewProfile(contentOf(someLocales()), { key: "cg", name: "Графика" }, () => 0.5);
  const menuOf = (content: Content) => (valueAt(content, "fallback") as Locales).buttons;
  assert.equal(stateOf(valueAt(draft, "cg")), "draft");
  assert.deepEqual([placeInMenu(draft, "cg"), menuOf(draft).length], ["free", 1]);

  const apart = withPublished(draft, "cg", false);
  assert.deepEqual([stateOf(valueAt(apart, "cg")), menuOf(apart).length], ["live", 1]);
  const shown = withPublished(draft, "cg", true);
  assert.deepEqual(menuOf(shown).at(-1), { text: "Графика", callback_data: "select_cg" });
  assert.equal(placeInMenu(shown, "cg"), "taken");
  assert.equal(withPublished(shown, "cg", true), shown);

  const crowded = contentOf(withProfiles(someLocales(), 50));
  const more = withNewProfile(crowded, { key: "cg", name: "Графика" }, () => 0.5);
  assert.equal(placeInMenu(more, "cg"), "full");
  assert.equal(menuOf(withPublished(more, "cg", true)).length, 50);
});

Deno.test("a deleted draft comes back as a draft outside the menu, any other profile with its button", () => {
  for (const [state, buttons] of [["draft", 1], ["paused", 2], ["live", 2]] as const) {
    const all = contentOf(someLocales(withCg((cg) => cg.state = state)));
    const text = all.members.get("cg")?.text ?? "";
    const back = withRestored(withoutProfile(all, "cg"), "cg", text);
    assert.equal(stateOf(valueAt(back, "cg")), state);
    assert.equal((valueAt(back, "fallback") as Locales).buttons.length, buttons, state);
  }
});

Deno.test("a menu that loses its last button gets the profiles that are no drafts, and drafts where there is nothing else", () => {
  const keysLeft = (states: Readonly<Record<string, string>>) => {
    const content = contentOf(someLocales((all) => {
      for (const [key, state] of Object.entries(states)) {
        all[key] = { ...anotherProfile(key), state };
      }
    }));
    const { buttons } = valueAt(withoutProfile(content, "agency"), "fallback") as Locales;
    return buttons.map((each: Locales) => each.callback_data);
  };
  assert.deepEqual(keysLeft({ a: "draft", b: "live", c: "paused" }), ["select_b", "select_c"]);
  assert.deepEqual(keysLeft({ a: "draft" }), ["select_a"]);
});
