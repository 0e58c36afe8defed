// A JSON object as text that keeps order and spelling. Knows no profiles.

import { scanJson, type TextFault, tokensOf } from "./scan.ts";

/** A JSON object as text; its parts joined give back every byte. */
export interface JsonText {
  readonly before: string;
  /** In the order of the text, even if keys look like whole numbers. */
  readonly members: ReadonlyMap<string, Member>;
  readonly after: string;
}

/** A key with its value, as spelled. */
export interface Member {
  /** The whitespace before the key. */
  readonly gap: string;
  /** The quoted key and the colon. */
  readonly head: string;
  readonly text: string;
  /** The parsed value; only here are numbers above 2^53 rounded. */
  readonly value: unknown;
  /** The whitespace before the comma. */
  readonly tail: string;
}

export type { TextFault };

export type JsonResult =
  | { readonly ok: true; readonly json: JsonText }
  /** Valid JSON, but not an object. */
  | { readonly ok: false; readonly kind: "other"; readonly value: unknown }
  | { readonly ok: false; readonly kind: "faulty"; readonly faults: readonly TextFault[] };

/**
 * Parses JSON by RFC 8259; comments, trailing commas and duplicate keys are faults. Reports the first syntax fault, or up
 * to 100 duplicate keys. Keeps a byte order mark.
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

/** Joins the parts. */
export function textOf({ before, members, after }: JsonText): string {
  const parts = [...members.values()].map(({ gap, head, text, tail }) => gap + head + text + tail);
  return before + parts.join(",") + after;
}

/** The parsed value of a member; undefined if there is none. */
export function valueAt({ members }: JsonText, key: string): unknown {
  return members.get(key)?.value;
}

/** The parsed values in the order of the text. */
export function valuesOf({ members }: JsonText): ReadonlyMap<string, unknown> {
  return new Map([...members].map(([key, { value }]) => [key, value]));
}

/** The text without insignificant whitespace: equal for texts that differ only in layout. */
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
