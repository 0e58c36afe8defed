// A JSON object as text, with its order, spelling and places. Knows no profiles.

import { scanJson, type TextFault, tokensOf } from "./scan.ts";

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

export type { TextFault };

export type JsonResult =
  | { readonly ok: true; readonly json: JsonText }
  /** Valid JSON that is no object. */
  | { readonly ok: false; readonly kind: "other"; readonly value: unknown }
  | { readonly ok: false; readonly kind: "faulty"; readonly faults: readonly TextFault[] };

/**
 * Reads JSON by RFC 8259: comments and trailing commas are faults, and so is a key that stands twice in
 * one object. Of several syntax faults the first is told; of doubled keys, up to 100. A byte order mark is kept.
 */
export function readJson(text: string): JsonResult {
  const plain = text.replace(/^\uFEFF/, "");
  const { members: spans, faults } = scanJson(plain);
  if (faults.length > 0) return { ok: false, kind: "faulty", faults };
  const value: unknown = JSON.parse(plain);
  if (!isRecord(value)) return { ok: false, kind: "other", value };

  const mark = text.slice(0, text.length - plain.length);
  const openedAt = plain.indexOf("{") + 1;
  const members = new Map<string, Member>();
  spans.forEach(({ key, keyAt, valueAt, endAt }, index) => {
    const before = spans[index - 1]?.endAt ?? openedAt;
    const isLast = index === spans.length - 1;
    members.set(key, {
      gap: plain.slice(before, keyAt).replace(/^[^,]*,/, ""),
      head: plain.slice(keyAt, valueAt),
      text: plain.slice(valueAt, endAt),
      value: value[key],
      tail: isLast ? "" : plain.slice(endAt, plain.indexOf(",", endAt)),
    });
  });
  const before = mark + plain.slice(0, openedAt);
  return {
    ok: true,
    json: { before, members, after: plain.slice(spans.at(-1)?.endAt ?? openedAt) },
  };
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

/** The same for all valid texts that say the same in the same spelling, whatever spaces and line ends are between. */
export function withoutLayout(text: string): string {
  let result = "";
  for (const { sign, at, endAt, value } of tokensOf(text)) {
    result += sign === '"' ? JSON.stringify(value) : text.slice(at, endAt);
  }
  return result;
}

/** Whether a parsed value is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
