// Changes the members of a JSON text without touching other bytes. Knows no profiles. Loads a package that no start waits for.

import { gapOfNew, indentOf, layOut, rewrite, type Style, styleOf } from "./rewrite.ts";
import { type JsonText, type Member, textOf } from "./text.ts";

/** Gives a member this value; of what is there only the bytes change that say something else. A new one comes last. */
export function withValue(json: JsonText, key: string, value: unknown): JsonText {
  const member = json.members.get(key);
  const style = styleOfNew(json);
  const text = member === undefined
    ? layOut(JSON.stringify(value), style, indentOf(gapInside(json)))
    : rewrite(member.text, value, style, indentOf(member.gap));
  return text === member?.text ? json : withText(json, key, text);
}

/** Gives a member this value as it is spelled, with the line ends of the file. A new one comes last. */
export function withText(json: JsonText, key: string, spelled: string): JsonText {
  const member = json.members.get(key);
  const style = styleOfNew(json);
  const text = spelled.replace(/\r\n?|\n/g, style.lineEnd); // Inside quotes there are none.
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

/** A value without spaces between its parts in the layout of the file, with its numbers as they are spelled. */
export function laidOut(json: JsonText, key: string, compact: string): string {
  const gap = json.members.get(key)?.gap ?? gapInside(json);
  return layOut(compact, styleOfNew(json), indentOf(gap));
}

/** Takes a member out, with its comma. */
export function withoutMember(json: JsonText, key: string): JsonText {
  return arranged(json, [...json.members.keys()].filter((each) => each !== key));
}

/** Gives a member another key, where it stands. */
export function withKey(json: JsonText, from: string, to: string): JsonText {
  const members = [...json.members].map(([key, member]): [string, Member] => {
    if (key !== from) return [key, member];
    return [to, { ...member, head: JSON.stringify(to) + colonOf(member.head) }];
  });
  return { ...json, members: new Map(members) };
}

/** The members of these keys in this order; the space round each place stays. */
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

/** What stands before a new last member. */
function gapInside(json: JsonText): string {
  const gaps = [...json.members.values()].map(({ gap }) => gap);
  const style = styleOfNew(json);
  if (gaps.length > 0) return gapOfNew(gaps, style);
  return style.unit === null ? "" : style.lineEnd + style.unit;
}

/** The layout of the whole, with the colon of the last member. */
function styleOfNew(json: JsonText): Style {
  const style = styleOf(textOf(json));
  const head = [...json.members.values()].at(-1)?.head;
  return head === undefined ? style : { ...style, colon: colonOf(head) };
}

function colonOf(head: string): string {
  return head.slice(head.search(/"\s*:\s*$/) + 1);
}
