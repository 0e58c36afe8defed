// Changes the members of a JSON text without touching other bytes. Knows no profiles.

import { gapOfNew, indentOf, layOut, rewrite, type Style, styleOf } from "./rewrite.ts";
import { type JsonText, type Member, textOf } from "./text.ts";

/** Sets a member's value and changes only the bytes that differ. A new member is appended. */
export function withValue(json: JsonText, key: string, value: unknown): JsonText {
  const member = json.members.get(key);
  const style = styleOfNew(json);
  const text = member === undefined
    ? layOut(JSON.stringify(value), style, indentOf(gapInside(json)))
    : rewrite(member.text, value, style, indentOf(member.gap));
  return text === member?.text ? json : withText(json, key, text);
}

/** Sets a member's value as spelled, with the file's line ends. A new member is appended. */
export function withText(json: JsonText, key: string, spelled: string): JsonText {
  const member = json.members.get(key);
  const style = styleOfNew(json);
  const text = spelled.replace(/\r\n?|\n/g, style.lineEnd); // Strings contain no line breaks.
  const value: unknown = JSON.parse(text);
  const members = new Map(json.members);
  members.set(
    key,
    member === undefined
      ? { gap: gapInside(json), head: JSON.stringify(key) + style.colon, text, value, tail: "" }
      : { ...member, text, value },
  );
  return { ...json, members };
}

/** Lays out a compact value like the file; numbers keep their spelling. */
export function laidOut(json: JsonText, key: string, compact: string): string {
  const gap = json.members.get(key)?.gap ?? gapInside(json);
  return layOut(compact, styleOfNew(json), indentOf(gap));
}

/** Removes a member with its comma. */
export function withoutMember(json: JsonText, key: string): JsonText {
  return arranged(json, [...json.members.keys()].filter((each) => each !== key));
}

/** Renames a member in place. */
export function withKey(json: JsonText, from: string, to: string): JsonText {
  const members = [...json.members].map(([key, member]): [string, Member] => {
    if (key !== from) return [key, member];
    return [to, { ...member, head: JSON.stringify(to) + colonOf(member.head) }];
  });
  return { ...json, members: new Map(members) };
}

/** Reorders members; the whitespace around each position stays. */
export function arranged(json: JsonText, keys: readonly string[]): JsonText {
  const [first] = json.members.values();
  const old = [...json.members.values()];
  const isWhole = keys.length === old.length;
  const members = keys.map((key, index): [string, Member] => {
    const member = json.members.get(key);
    if (member === undefined) throw new ReferenceError(`No member "${key}"`);
    const place = isWhole ? old[index] : index === 0 ? first : undefined;
    return [key, {
      ...member,
      gap: (place ?? member).gap,
      tail: (isWhole ? place : member)?.tail ?? "",
    }];
  });
  return { ...json, members: new Map(members) };
}

/** The whitespace before a new last member. */
function gapInside(json: JsonText): string {
  const gaps = [...json.members.values()].map(({ gap }) => gap);
  const style = styleOfNew(json);
  if (gaps.length > 0) return gapOfNew(gaps, style);
  return style.unit === null ? "" : style.lineEnd + style.unit;
}

/** The file's layout, with the last member's colon. */
function styleOfNew(json: JsonText): Style {
  const style = styleOf(textOf(json));
  const head = [...json.members.values()].at(-1)?.head;
  return head === undefined ? style : { ...style, colon: colonOf(head) };
}

function colonOf(head: string): string {
  return head.slice(head.search(/"\s*:\s*$/) + 1);
}
