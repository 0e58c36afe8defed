// Changes a JSON text to another value: only bytes that differ change, and new parts look like their neighbours.

import { type Edit, format, type Node, parseTree, visit } from "jsonc-parser";
import { isRecord } from "./text.ts";

/** The layout of a file. */
export interface Style {
  /** One step of indentation; null if everything is in one line. */
  readonly unit: string | null;
  readonly lineEnd: string;
  /** The colon with the spaces around it. */
  readonly colon: string;
  /** The whitespace after a comma within a line. */
  readonly space: string;
}

/** Detects the layout of a text. */
export function styleOf(text: string): Style {
  const [lineEnd = "\n"] = /\r\n|\r|\n/.exec(text) ?? [];
  const unit = /[\r\n]([ \t]+)"/.exec(text)?.[1] ?? null;
  const colon = /^[^"]*"(?:[^"\\]|\\.)*"(\s*:[ \t]*)/.exec(text)?.[1] ?? ": ";
  return { unit, lineEnd, colon, space: colon.endsWith(":") ? "" : " " };
}

/**
 * The text with another value. Elements of a list keep their bytes when they move; objects are matched by
 * `callback_data`.
 *
 * @param indent The indentation of the line in which the value begins; null if the members around it are in one line.
 */
export function rewrite(text: string, next: unknown, style: Style, indent: string | null): string {
  const node = parseTree(text);
  if (node === undefined) throw new SyntaxError("Cannot rewrite what is no JSON");
  const plain: unknown = JSON.parse(JSON.stringify(next)); // Drops undefined keys.
  return new Rewriter(text, style).text(node, plain, indent);
}

/**
 * Lays out a value in a file's style; numbers keep their spelling.
 *
 * @param compact The value without whitespace.
 * @param indent As for `rewrite`; null for one line.
 */
export function layOut(compact: string, style: Style, indent: string | null): string {
  const { unit, lineEnd, colon, space } = style;
  const isInLines = unit !== null && indent !== null;
  let text = compact;
  if (isInLines) {
    const options = { tabSize: 1, insertSpaces: false, eol: "\n" };
    text = withEdits(compact, format(compact, undefined, options))
      .replaceAll("\t", unit).replaceAll("\n", lineEnd + indent);
  }
  const edits: Edit[] = [];
  visit(text, {
    onSeparator(sign, offset) {
      if (sign === ":") edits.push({ offset, length: isInLines ? ": ".length : 1, content: colon });
      else if (!isInLines) edits.push({ offset, length: 1, content: `,${space}` });
    },
  });
  return withEdits(text, edits);
}

/** Changes keys and strings at any depth; every other byte stays. */
export function mapStrings(
  text: string,
  { key, value }: {
    readonly key: (key: string) => string;
    readonly value: (value: string, path: readonly (string | number)[]) => string;
  },
): string {
  const edits: Edit[] = [];
  const put = (offset: number, length: number, before: string, after: string) => {
    if (after !== before) edits.push({ offset, length, content: JSON.stringify(after) });
  };
  visit(text, {
    onObjectProperty: (name, offset, length) => put(offset, length, name, key(name)),
    onLiteralValue(literal, offset, length, _line, _character, path) {
      if (typeof literal === "string") put(offset, length, literal, value(literal, path()));
    },
  });
  return withEdits(text, edits);
}

/** Not the package's applyEdits, which copies the whole text for each edit. @param edits In the order of the text. */
function withEdits(text: string, edits: readonly Edit[]): string {
  let result = "";
  let at = 0;
  for (const { offset, length, content } of edits) {
    result += text.slice(at, offset) + content;
    at = offset + length;
  }
  return result + text.slice(at);
}

interface Part {
  /** The old part's index; undefined for a new part. */
  readonly from?: number | undefined;
  readonly text: string;
}

class Rewriter {
  readonly #text: string;
  readonly #style: Style;

  constructor(text: string, style: Style) {
    this.#text = text;
    this.#style = style;
  }

  text(node: Node, next: unknown, indent: string | null): string {
    const text = this.#slice(node);
    const value: unknown = JSON.parse(text);
    if (isSame(value, next)) return text;
    if (childrenOf(node).length > 0) {
      if (isRecord(value) && isRecord(next)) return this.#compose(node, this.#members(node, next));
      if (Array.isArray(value) && Array.isArray(next)) {
        return this.#compose(node, this.#elements(node, next, matches(value, next)));
      }
    }
    return layOut(JSON.stringify(next), this.#style, indent);
  }

  #members(node: Node, next: Readonly<Record<string, unknown>>): readonly Part[] {
    const indent = this.#indentInside(node);
    const left = new Map(Object.entries(next));
    const parts: Part[] = [];
    let { colon } = this.#style; // Overwritten by the last neighbour's.
    for (const [from, { offset, children: [key, value] = [] }] of childrenOf(node).entries()) {
      if (key === undefined || value === undefined) continue;
      colon = this.#text.slice(key.offset + key.length, value.offset);
      if (!left.has(key.value)) continue;
      const head = this.#text.slice(offset, value.offset);
      parts.push({ from, text: head + this.text(value, left.get(key.value), indent) });
      left.delete(key.value);
    }
    for (const [key, value] of left) {
      const text = layOut(JSON.stringify(value), { ...this.#style, colon }, indent);
      parts.push({ text: JSON.stringify(key) + colon + text });
    }
    return parts;
  }

  #elements(
    node: Node,
    next: readonly unknown[],
    places: ReadonlyMap<number, number>,
  ): readonly Part[] {
    const indent = this.#indentInside(node);
    return next.flatMap((value, index): Part[] => {
      const from = places.get(index);
      const model = childrenOf(node).at(from ?? -1);
      return model === undefined ? [] : [{ from, text: this.text(model, value, indent) }];
    });
  }

  /** Puts parts between the brackets, with the whitespace that surrounded the old ones. */
  #compose(node: Node, parts: readonly Part[]): string {
    const whole = this.#slice(node);
    if (parts.length === 0) return whole.slice(0, 1) + whole.slice(-1);
    const { gaps, tails, end } = this.#spaces(node);
    const usual = gapOfNew(gaps, this.#style);
    const texts = parts.map(({ from, text }, index) => {
      // The whitespace before the first part belongs to the first position.
      const gap = index === 0 ? gaps[0] : from === undefined || from === 0 ? usual : gaps[from];
      const tail = index === parts.length - 1 || from === undefined ? "" : tails[from] ?? "";
      return (gap ?? usual) + text + tail;
    });
    return whole.slice(0, 1) + texts.join(",") + end + whole.slice(-1);
  }

  /** The whitespace before each part, before its comma, and before the closing bracket. */
  #spaces(node: Node): { gaps: string[]; tails: string[]; end: string } {
    const gaps: string[] = [];
    const tails: string[] = [];
    let at = node.offset + 1;
    for (const { offset, length } of childrenOf(node)) {
      const between = this.#text.slice(at, offset);
      const comma = between.indexOf(",");
      if (comma >= 0) tails.push(between.slice(0, comma));
      gaps.push(between.slice(comma + 1));
      at = offset + length;
    }
    return { gaps, tails, end: this.#text.slice(at, node.offset + node.length - 1) };
  }

  /** The indentation of lines inside; null if the parts are in one line. */
  #indentInside(node: Node): string | null {
    return indentOf(gapOfNew(this.#spaces(node).gaps, this.#style));
  }

  #slice({ offset, length }: Node): string {
    return this.#text.slice(offset, offset + length);
  }
}

/** The whitespace before a new last part, given that before the existing ones. */
export function gapOfNew(gaps: readonly string[], { space }: Style): string {
  return gaps.findLast((gap) => /[\r\n]/.test(gap)) ?? gaps[1] ?? space;
}

/** The indentation at a gap's end; null without a line break. */
export function indentOf(gap: string): string | null {
  return /[\r\n]([ \t]*)$/.exec(gap)?.[1] ?? null;
}

/** For each new element the index of the matching old one; each old one is used once. */
function matches(
  old: readonly unknown[],
  next: readonly unknown[],
): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const free = new Set(old.keys());
  const passes: readonly ((place: number, index: number) => boolean)[] = [
    (place, index) => place === index && isSame(old[place], next[index]),
    (place, index) => isSame(old[place], next[index]),
    (place, index) => {
      const [before, after] = [old[place], next[index]];
      return isRecord(before) && isRecord(after) && before["callback_data"] !== undefined &&
        isSame(before["callback_data"], after["callback_data"]);
    },
    (place, index) => place === index,
  ];
  for (const isMatch of passes) {
    for (const index of next.keys()) {
      const place = found.has(index)
        ? undefined
        : free.values().find((each) => isMatch(each, index));
      if (place === undefined) continue;
      found.set(index, place);
      free.delete(place);
    }
  }
  return found;
}

function childrenOf({ children = [] }: Node): readonly Node[] {
  return children;
}

/** Whether two parsed values are equal, including the order of keys. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
