// What the page changes in the list of profiles: add, duplicate, rename, move, delete. Content in, content out; touches no file.

import { type Fault, LIMITS, parseProfiles, SELECT } from "./profile.ts";
import { type Content, MENU_KEY, newCallbackData } from "./profile_edits.ts";

/** A profile for a start: every text is there and says something sensible. */
function blankProfile(key: string, name: string, random: () => number): Content {
  const callbackData = newCallbackData(key, random());
  const choice = "Оставить заявку";
  return {
    name,
    webhook_url: "",
    step1: {
      photo_url: "",
      caption: "👋 Здравствуйте! С чем вам помочь?",
      buttons: [{ text: choice, callback_data: callbackData }],
    },
    step2: {
      success_caption_template: "✅ Принято: {choice}.\n\n" +
        "👤 Мы свяжемся с вами в Telegram в ближайшее время.",
      choices: { [callbackData]: choice },
    },
    followup: { admin_followup_template: "📎 Дополнение от @{username}:\n\n{message}" },
  };
}

/**
 * Adds a profile at the end, and to the menu.
 *
 * @param from The profile to copy; undefined for a blank one.
 */
export function withNewProfile(
  content: Content,
  { key, name, from }: {
    readonly key: string;
    readonly name: string;
    readonly from?: string | undefined;
  },
  random: () => number,
): Content {
  const profile = from === undefined
    ? blankProfile(key, name, random)
    : { ...copyProfile(content[from], from, key, random), name };
  return withMenuButton({ ...content, [key]: profile }, key, name);
}

/** Callback data is one profile's alone, so a copy gets its own. */
function copyProfile(raw: unknown, from: string, key: string, random: () => number): object {
  const buttons = (raw as { step1: { buttons: { callback_data: string }[] } }).step1.buttons;
  const renamed = new Map(buttons.map(({ callback_data }) => {
    const own = callback_data.startsWith(`${from}_`)
      ? key + callback_data.slice(from.length)
      : newCallbackData(key, random());
    return [callback_data, own.length <= 64 ? own : newCallbackData(key, random())];
  }));
  return renameIn(raw, renamed) as object;
}

/** Puts new callback data in place of the old, as a value and as a key, wherever it stands. */
function renameIn(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => renameIn(each, renamed));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      renamed.get(name) ?? name,
      name === "callback_data" ? renamed.get(String(inner)) ?? inner : renameIn(inner, renamed),
    ]),
  );
}

/** Gives a profile another key, where it stands; the menu's button follows. */
export function withRenamedProfile(content: Content, from: string, to: string): Content {
  const entries = Object.entries(content).map(([key, value]) => [key === from ? to : key, value]);
  return withMenuButtons(
    Object.fromEntries(entries),
    (buttons) =>
      buttons.map((button) =>
        button.callback_data === SELECT + from ? { ...button, callback_data: SELECT + to } : button
      ),
  );
}

/** Moves a profile before or behind its neighbour. */
export function withMovedProfile(content: Content, key: string, to: "up" | "down"): Content {
  const keys = profileKeys(content);
  const other = keys[keys.indexOf(key) + (to === "up" ? -1 : 1)];
  if (other === undefined) return content;
  const swapped = new Map([[key, other], [other, key]]);
  return Object.fromEntries(
    Object.keys(content).map((each) => {
      const place = swapped.get(each) ?? each;
      return [place, content[place]];
    }),
  );
}

/**
 * Takes a profile out, and out of the menu; a menu that would be left without a button gets one for
 * every profile that is left.
 */
export function withoutProfile(content: Content, key: string): Content {
  const { [key]: _gone, ...rest } = content;
  return withMenuButtons(rest, (buttons) => {
    const left = buttons.filter(({ callback_data }) => callback_data !== SELECT + key);
    if (left.length > 0) return left;
    return profileKeys(rest).map((each) => ({
      text: (rest[each] as { name: string }).name,
      callback_data: SELECT + each,
    }));
  });
}

/** Puts a profile back as it was, which may be one that was deleted meanwhile. */
export function withRestored(content: Content, key: string, raw: unknown): Content {
  const isNew = !Object.hasOwn(content, key);
  const restored = { ...content, [key]: raw };
  if (!isNew || key === MENU_KEY) return restored;
  return withMenuButton(restored, key, (raw as { name: string }).name);
}

/** What is wrong with a new key; undefined if nothing is. */
export function keyFault(content: Content, key: string): string | undefined {
  if (key === "") return "пусто, нужно слово для ссылки";
  // `select_` begins the menu's callback data, and a profile's key begins its buttons'.
  if (Object.hasOwn(content, key) || `${key}_`.startsWith(SELECT)) {
    return "такое имя профиля занято, нужно другое";
  }
  // Keys of digits alone would jump to the file's beginning: objects order them first.
  if (/^\d/.test(key) || key.startsWith("_") || key.startsWith("$")) {
    return "первой нужна буква";
  }
  const [some = ""] = profileKeys(content);
  const result = parseProfiles({ ...content, [key]: content[some] });
  return result.ok ? undefined : result.faults.find(({ path }) => path === key)?.message;
}

/** The first fault of the whole file, if an edit would leave one. */
export function firstFault(content: Content): Fault | undefined {
  const result = parseProfiles(content);
  return result.ok ? undefined : result.faults[0];
}

/** The profiles' keys in the order of the file. */
export function profileKeys(content: Content): string[] {
  return Object.keys(content).filter((key) => {
    return key !== MENU_KEY && !key.startsWith("_") && !key.startsWith("$");
  });
}

interface MenuButton {
  readonly text: string;
  readonly callback_data: string;
}

/** A full menu stays as it is: the profile's link opens it all the same. */
function withMenuButton(content: Content, key: string, text: string): Content {
  return withMenuButtons(
    content,
    (buttons) =>
      buttons.length < LIMITS.buttons
        ? [...buttons, { text, callback_data: SELECT + key }]
        : buttons,
  );
}

function withMenuButtons(
  content: Content,
  change: (buttons: readonly MenuButton[]) => readonly MenuButton[],
): Content {
  const menu = content[MENU_KEY] as { readonly buttons: readonly MenuButton[] };
  return { ...content, [MENU_KEY]: { ...menu, buttons: change(menu.buttons) } };
}
