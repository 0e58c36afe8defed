// Changes the list of profiles in locales.json: rename, move, delete, restore. Text in, text out; touches no file.

import { arranged, laidOut, withKey, withoutMember, withText, withValue } from "../json/edit.ts";
import { valueAt, valuesOf, withoutLayout } from "../json/text.ts";
import type { Fault } from "./faults.ts";
import { LIMITS } from "./limits.ts";
import { parseProfiles } from "./parse.ts";
import { record } from "./raw_values.ts";
import { SELECT } from "./profile.ts";
import { aliasesOf, type Content, MENU_KEY } from "./edits.ts";

/** Renames a profile's key in place; the menu's button follows, and the old key becomes an alias. */
export function withRenamedProfile(content: Content, from: string, to: string): Content {
  const aliases = aliasesOf(valueAt(content, from)).filter((each) => each !== to);
  const renamed = withAliases(withKey(content, from, to), to, [...aliases, from]);
  const follow = (buttons: readonly MenuButton[]) =>
    buttons.map((button) =>
      button.callback_data === SELECT + from ? { ...button, callback_data: SELECT + to } : button
    );
  return withMenuTranslations(withMenuButtons(renamed, follow), follow);
}

/** Moves a profile up or down by one. */
export function withMovedProfile(content: Content, key: string, to: "up" | "down"): Content {
  const keys = profileKeys(content);
  const other = keys[keys.indexOf(key) + (to === "up" ? -1 : 1)];
  if (other === undefined) return content;
  const swapped = new Map([[key, other], [other, key]]);
  return arranged(content, [...content.members.keys()].map((each) => swapped.get(each) ?? each));
}

/** Removes a profile and its menu button; a menu left without buttons gets one for each remaining profile, drafts only if there is no other. */
export function withoutProfile(content: Content, key: string): Content {
  const rest = withoutMember(content, key);
  return withMenuButtons(rest, (buttons) => {
    const left = buttons.filter(({ callback_data }) => callback_data !== SELECT + key);
    if (left.length > 0) return left;
    const keys = profileKeys(rest);
    const visible = keys.filter((each) => !isDraft(rest, each));
    return (visible.length > 0 ? visible : keys).slice(0, LIMITS.buttons).map((each) => ({
      text: nameOf(rest, each),
      callback_data: SELECT + each,
    }));
  });
}

/** Restores a version of a profile, also of a deleted one, which is in the menu again unless it was a draft; text without layout, from older bots, gets the file's layout. */
export function withRestored(content: Content, key: string, spelled: string): Content {
  const restored = withSpelled(content, key, spelled);
  if (key === MENU_KEY) return restored;
  // Restoring a version from before a rename must not break links that lead here now.
  const [now, then] = [content, restored].map((each) => aliasesOf(valueAt(each, key)));
  const aliases = [...new Set([...then ?? [], ...now ?? []])];
  if (content.members.has(key)) {
    return aliases.length === then?.length ? restored : withAliases(restored, key, aliases);
  }
  return isDraft(restored, key) ? restored : withMenuButton(restored, key, nameOf(restored, key));
}

function isDraft(content: Content, key: string): boolean {
  return record(valueAt(content, key))["state"] === "draft";
}

function withAliases(content: Content, key: string, aliases: readonly string[]): Content {
  return withValue(content, key, { ...valueAt(content, key) as object, aliases });
}

function withSpelled(content: Content, key: string, spelled: string): Content {
  const compact = withoutLayout(spelled);
  if (compact !== spelled) return withText(content, key, spelled);
  // Only if the numbers' spelling can be kept.
  const rewritten = withValue(content, key, JSON.parse(spelled));
  const isSame = withoutLayout(rewritten.members.get(key)?.text ?? "") === compact;
  return isSame ? rewritten : withText(content, key, laidOut(content, key, spelled));
}

function nameOf(content: Content, key: string): string {
  return (valueAt(content, key) as { readonly name: string }).name;
}

/** The fault of a new key, if any. A renamed profile, `own`, may take back one of its aliases. */
export function keyFault(content: Content, key: string, own?: string): string | undefined {
  if (key === "") return "пусто, нужно слово для ссылки";
  // The menu's callback data begin with `select_`, and a profile's with its key.
  if (content.members.has(key) || `${key}_`.startsWith(SELECT)) {
    return "такое слово для ссылки занято, нужно другое";
  }
  const isAlias = profileKeys(content)
    .some((each) => each !== own && aliasesOf(valueAt(content, each)).includes(key));
  if (isAlias) return "это прежняя ссылка другого профиля, нужно другое слово";
  if (key.startsWith("_") || key.startsWith("$")) return "первой нужна буква";
  const [some = ""] = profileKeys(content);
  const result = parseProfiles(new Map(valuesOf(content)).set(key, valueAt(content, some)));
  return result.ok ? undefined : result.faults.find(({ path }) => path === key)?.message;
}

/** The first fault of the whole file, if any. */
export function firstFault(content: Content): Fault | undefined {
  const result = parseProfiles(valuesOf(content));
  return result.ok ? undefined : result.faults[0];
}

/** The profiles' keys in the order of the file. */
export function profileKeys(content: Content): string[] {
  return [...content.members.keys()].filter((key) => {
    return key !== MENU_KEY && !key.startsWith("_") && !key.startsWith("$");
  });
}

interface MenuButton {
  readonly text: string;
  readonly callback_data: string;
}

/** A full menu stays as it is: the profile's link still works. */
export function withMenuButton(content: Content, key: string, text: string): Content {
  return withMenuButtons(
    content,
    (buttons) =>
      buttons.length < LIMITS.buttons
        ? [...buttons, { text, callback_data: SELECT + key }]
        : buttons,
  );
}

function withMenuTranslations(
  content: Content,
  change: (buttons: readonly MenuButton[]) => readonly MenuButton[],
): Content {
  type Texts = Readonly<Record<string, { readonly buttons?: readonly MenuButton[] }>>;
  const menu = valueAt(content, MENU_KEY) as { readonly translations?: Texts };
  if (menu.translations === undefined) return content;
  const translations = Object.fromEntries(
    Object.entries(menu.translations).map(([tag, texts]) => [
      tag,
      texts.buttons === undefined ? texts : { ...texts, buttons: change(texts.buttons) },
    ]),
  );
  return withValue(content, MENU_KEY, { ...menu, translations });
}

function withMenuButtons(
  content: Content,
  change: (buttons: readonly MenuButton[]) => readonly MenuButton[],
): Content {
  const menu = valueAt(content, MENU_KEY) as { readonly buttons: readonly MenuButton[] };
  return withValue(content, MENU_KEY, { ...menu, buttons: change(menu.buttons) });
}
