// Undoes a whole change of locales.json: texts, order, links, translations, menu. Text in, text out; touches no file.

import { arranged, withoutMember, withText } from "../json/edit.ts";
import { type JsonText, textOf } from "../json/text.ts";

/** The keys that a change added, changed or removed. */
export function changedKeys(before: JsonText, after: JsonText): string[] {
  const keys = new Set([...before.members.keys(), ...after.members.keys()]);
  return [...keys].filter((key) => textAt(before, key) !== textAt(after, key));
}

/**
 * The file without a change; later changes to other parts stay.
 *
 * @param content The file now.
 * @param before The file before the change.
 * @param after The file after the change.
 * @returns Undefined if the same part was changed again since.
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

/** Restores the order before the change, and removed members at their old positions. */
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
