// Takes a change of locales.json back, whole: texts, order, links, translations, the menu. Text in, text out; touches no file.

import { arranged, withoutMember, withText } from "../json/edit.ts";
import { type JsonText, textOf } from "../json/text.ts";

/** The keys whose values a change made other, added or took out. */
export function changedKeys(before: JsonText, after: JsonText): string[] {
  const keys = new Set([...before.members.keys(), ...after.members.keys()]);
  return [...keys].filter((key) => textAt(before, key) !== textAt(after, key));
}

/**
 * The file without a change. What others changed elsewhere since then stays.
 *
 * @param content The file now.
 * @param before The file as the change found it.
 * @param after The file as the change left it.
 * @returns Undefined when the same was changed again since: then nobody can tell what to keep.
 */
export function withoutChange(
  content: JsonText,
  before: JsonText,
  after: JsonText,
): JsonText | undefined {
  if (textOf(content) === textOf(after)) return before;
  const changed = changedKeys(before, after);
  if (changed.some((key) => textAt(content, key) !== textAt(after, key))) return undefined;
  let result = content;
  for (const key of changed) {
    const text = textAt(before, key);
    result = text === undefined ? withoutMember(result, key) : withText(result, key, text);
  }
  return arranged(result, orderOf(result, before, after));
}

/** The order before the change where that was changed; the members that the change brought back, where they stood. */
function orderOf(result: JsonText, before: JsonText, after: JsonText): string[] {
  const [now, then, left] = [result, before, after].map(({ members }) => [...members.keys()]) as [
    string[],
    string[],
    string[],
  ];
  const isMoved = then.filter((key) => after.members.has(key)).join() !==
    left.filter((key) => before.members.has(key)).join();
  const returned = new Set(
    isMoved ? then : then.filter((key) => !after.members.has(key) && result.members.has(key)),
  );
  const order = now.filter((key) => !returned.has(key));
  for (const key of then) {
    if (!returned.has(key) || !result.members.has(key)) continue;
    const previous = then.slice(0, then.indexOf(key)).findLast((each) => order.includes(each));
    order.splice(previous === undefined ? 0 : order.indexOf(previous) + 1, 0, key);
  }
  return order;
}

function textAt({ members }: JsonText, key: string): string | undefined {
  return members.get(key)?.text;
}
