// JSON text with its order, spelling and places: reads an object, and changes its members without touching other bytes. Knows no profiles.

import { type ParseErrorCode, visit } from "jsonc-parser";
import { syntaxFault } from "./json_faults.ts";
import { print, rewrite, type Style, styleOf } from "./json_rewrite.ts";

/** A JSON object as text. Joined again, its parts give every byte of it. */
export interface JsonText {
  /** Everything up to the opening brace, with it. */
  readonly before: string;
  /** In the order of the text, also where keys look like whole numbers. */
  readonly members: ReadonlyMap<string, Member>;
  /** Everything behind the last member. */
  readonly after: string;
}

/** One key with its value, as they are spelled. */
export interface Member {
  /** What stands between the comma or the brace before it and the key. */
  readonly gap: string;
  /** The key in its quotes, and the colon. */
  readonly head: string;
  readonly text: string;
  /** The same parsed; numbers past 2^53 are rounded here and nowhere else. */
  readonly value: unknown;
  /** What stands between the value and the comma. */
  readonly tail: string;
}

/** What is wrong at a place of a text. Lines and columns count from 1. */
export interface TextFault {
  readonly line: number;
  readonly column: number;
  /** The keys on the way to the object that has the fault; empty for the outermost. */
  readonly path: readonly (string | number)[];
  /** What was found and what is wanted, in Russian; quotes nothing that may be secret. */
  readonly message: string;
}

export type JsonResult =
  | { readonly ok: true; readonly json: JsonText }
  /** Valid JSON that is no object. */
  | { readonly ok: false; readonly kind: "other"; readonly value: unknown }
  | { readonly ok: false; readonly kind: "faulty"; readonly faults: readonly TextFault[] };

/**
 * Reads JSON by RFC 8259: comments and trailing commas are faults, and so is a key that stands twice in
 * one object. Of several syntax faults the first is told; of doubled keys, all. A byte order mark is kept.
 */
export function readJson(text: string): JsonResult {
  const plain = text.replace(/^\uFEFF/, " "); // As wide as the mark, so that offsets stay.
  const faults: TextFault[] = [];
  const doubled: TextFault[] = [];
  const objects: Map<string, number>[] = [];
  const spans: { key: string; keyAt: number; valueAt: number; endAt: number }[] = [];
  let depth = 0;

  function place(line: number, character: number): { line: number; column: number } {
    const isAfterMark = line === 0 && plain !== text;
    return { line: line + 1, column: character + (isAfterMark ? 0 : 1) };
  }
  function begin(offset: number): void {
    const span = spans.at(-1);
    if (depth === 1 && span !== undefined && span.valueAt < 0) span.valueAt = offset;
  }
  function end(offset: number): void {
    const span = spans.at(-1);
    if (depth === 1 && span !== undefined) span.endAt = offset;
  }

  try {
    visit(plain, {
      onObjectBegin(offset) {
        begin(offset);
        depth += 1;
        objects.push(new Map());
      },
      onObjectEnd(offset, length) {
        depth -= 1;
        objects.pop();
        end(offset + length);
      },
      onArrayBegin(offset) {
        begin(offset);
        depth += 1;
      },
      onArrayEnd(offset, length) {
        depth -= 1;
        end(offset + length);
      },
      onObjectProperty(key, offset, _length, line, character, path) {
        if (depth === 1) spans.push({ key, keyAt: offset, valueAt: -1, endAt: -1 });
        const seen = objects.at(-1);
        const first = seen?.get(key);
        if (first === undefined) seen?.set(key, line + 1);
        else {
          const message = `ключ «${key}» второй раз, уже есть в строке ${first}`;
          doubled.push({ ...place(line, character), path: path(), message });
        }
      },
      onLiteralValue(_value, offset, length) {
        begin(offset);
        end(offset + length);
      },
      onError(code: ParseErrorCode, offset, length, line, character) {
        if (faults.length > 0) return; // What follows is mostly the same fault again.
        const message = syntaxFault(code, plain, offset, length);
        faults.push({ ...place(line, character), path: [], message });
      },
    }, { disallowComments: true, allowTrailingComma: false });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return faulty([{ line: 1, column: 1, path: [], message: "слишком много вложенных скобок" }]);
  }
  if (faults.length > 0) return faulty(faults);
  if (doubled.length > 0) return faulty(doubled);
  const value: unknown = JSON.parse(plain);
  if (!isRecord(value)) return { ok: false, kind: "other", value };

  const openedAt = plain.indexOf("{") + 1;
  const members = new Map<string, Member>();
  spans.forEach(({ key, keyAt, valueAt, endAt }, index) => {
    const before = spans[index - 1]?.endAt ?? openedAt;
    const next = spans[index + 1];
    members.set(key, {
      gap: text.slice(before, keyAt).replace(/^[^,]*,/, ""),
      head: text.slice(keyAt, valueAt),
      text: text.slice(valueAt, endAt),
      value: value[key],
      tail: next === undefined ? "" : text.slice(endAt, text.indexOf(",", endAt)),
    });
  });
  const json = {
    before: text.slice(0, openedAt),
    members,
    after: text.slice(spans.at(-1)?.endAt ?? openedAt),
  };
  return { ok: true, json };
}

/** The text that the parts are of. */
export function textOf({ before, members, after }: JsonText): string {
  const parts = [...members.values()].map(({ gap, head, text, tail }) => gap + head + text + tail);
  return before + parts.join(",") + after;
}

/** The parsed value of a member; undefined where there is none. */
export function valueAt({ members }: JsonText, key: string): unknown {
  return members.get(key)?.value;
}

/** The parsed values in the order of the text. */
export function valuesOf({ members }: JsonText): ReadonlyMap<string, unknown> {
  return new Map([...members].map(([key, { value }]) => [key, value]));
}

/** Gives a member this value; of what is there only the bytes change that say something else. A new one comes last. */
export function withValue(json: JsonText, key: string, value: unknown): JsonText {
  const member = json.members.get(key);
  const style = styleOfNew(json);
  const text = member === undefined
    ? print(value, style, indentOf(gapOfNew(json)))
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
      ? { gap: gapOfNew(json), head: JSON.stringify(key) + style.colon, text, value, tail: "" }
      : { ...member, text, value },
  );
  return { ...json, members };
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

function faulty(faults: readonly TextFault[]): JsonResult {
  return { ok: false, kind: "faulty", faults };
}

/** What stands before a new last member: what stands before its neighbour. */
function gapOfNew(json: JsonText): string {
  const gaps = [...json.members.values()].map(({ gap }) => gap);
  const { unit, lineEnd, space } = styleOfNew(json);
  if (gaps.length === 0) return unit === null ? "" : lineEnd + unit;
  return gaps.findLast((gap) => /[\r\n]/.test(gap)) ?? gaps[1] ?? space;
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

/** The indentation of a member's line; null for one that begins no line. */
function indentOf(gap: string): string | null {
  return /[\r\n]([ \t]*)$/.exec(gap)?.[1] ?? null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
