// Makes a JSON text say another value: only the bytes change that said something else, and what is new looks like its neighbours.

import { applyEdits, type Edit, format, type Node, parseTree, visit } from "jsonc-parser";

/** How a file is laid out. */
export interface Style {
  /** One step of indentation; null where everything stands in one line. */
  readonly unit: string | null;
  readonly lineEnd: string;
  /** The colon with the spaces round it. */
  readonly colon: string;
  /** What follows a comma inside a line. */
  readonly space: string;
}

/** Reads the layout off a text. */
export function styleOf(text: string): Style {
  const [lineEnd = "\n"] = /\r\n|\r|\n/.exec(text) ?? [];
  const unit = /[\r\n]([ \t]+)"/.exec(text)?.[1] ?? null;
  const colon = /^[^"]*"(?:[^"\\]|\\.)*"(\s*:[ \t]*)/.exec(text)?.[1] ?? ": ";
  return { unit, lineEnd, colon, space: colon.endsWith(":") ? "" : " " };
}

/**
 * The text with another value in it. A list's elements keep their bytes when they move; an object is known
 * again by its `callback_data`.
 *
 * @param indent The indentation of the line that the value begins in; null where it begins none.
 */
export function rewrite(text: string, next: unknown, style: Style, indent: string | null): string {
  const node = parseTree(text);
  if (node === undefined) throw new SyntaxError("Cannot rewrite what is no JSON");
  return new Rewriter(text, style).text(node, next, indent);
}

/** A value in a file's style. @param indent As for `rewrite`; with null it stands in one line. */
export function print(value: unknown, style: Style, indent: string | null): string {
  const { unit, lineEnd, colon, space } = style;
  const parts = partsOf(value).map(([key, inner]) => (inside: string | null) =>
    (key === undefined ? "" : JSON.stringify(key) + colon) + print(inner, style, inside)
  );
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (parts.length === 0) return `${open}${close}`;
  if (unit === null || indent === null) {
    return open + parts.map((part) => part(null)).join(`,${space}`) + close;
  }
  const inside = indent + unit;
  const lines = parts.map((part) => `${lineEnd}${inside}${part(inside)}`);
  return `${open}${lines.join(",")}${lineEnd}${indent}${close}`;
}

/** A value that is spelled in one line in a file's style. @param indent As for `rewrite`. */
export function inLines(text: string, { unit, lineEnd }: Style, indent: string | null): string {
  if (unit === null || indent === null) return text;
  const options = {
    tabSize: unit.length,
    insertSpaces: !unit.includes("\t"),
    eol: lineEnd,
  };
  return applyEdits(text, format(text, undefined, options)).replaceAll(lineEnd, lineEnd + indent);
}

/** Changes keys and texts wherever they stand; every other byte stays. */
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
  return applyEdits(text, edits);
}

/** A part of a list or an object that is to be: what it is made from, and its text. */
interface Part {
  /** The place of the part it was; undefined for a new one. */
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
    if (says(node, next)) return this.#slice(node);
    if (node.type === "object" && isRecord(next)) return this.#object(node, next, indent);
    if (node.type === "array" && Array.isArray(next)) return this.#array(node, next, indent);
    return print(next, this.#style, indent);
  }

  #object(node: Node, next: Readonly<Record<string, unknown>>, indent: string | null): string {
    const inside = this.#indentInside(node, indent);
    const old = node.children ?? [];
    const keys = new Set<string>();
    const parts: Part[] = [];
    for (const [from, property] of old.entries()) {
      const [key, value] = property.children ?? [];
      if (key === undefined || value === undefined || next[key.value] === undefined) continue;
      if (!Object.hasOwn(next, key.value)) continue;
      keys.add(key.value);
      const head = this.#text.slice(property.offset, value.offset);
      parts.push({ from, text: head + this.text(value, next[key.value], inside) });
    }
    const style = { ...this.#style, colon: this.#colonIn(old.at(-1)) };
    for (const [key, value] of Object.entries(next)) {
      if (keys.has(key) || value === undefined) continue;
      parts.push({ text: JSON.stringify(key) + style.colon + print(value, style, inside) });
    }
    return this.#compose(node, parts, indent);
  }

  #array(node: Node, next: readonly unknown[], indent: string | null): string {
    const old = node.children ?? [];
    const inside = this.#indentInside(node, indent);
    const from = matches(old, next);
    const parts = next.map((value, index): Part => {
      const place = from[index];
      const model = place === undefined ? old.at(-1) : old[place];
      const text = model === undefined
        ? print(value, this.#style, inside)
        : this.text(model, value, inside);
      return { from: place, text };
    });
    return this.#compose(node, parts, indent);
  }

  /** Puts parts between the brackets, with the spaces that the old ones had round them. */
  #compose(node: Node, parts: readonly Part[], indent: string | null): string {
    const { unit, lineEnd, space } = this.#style;
    const whole = this.#slice(node);
    const [open, close] = [whole.slice(0, 1), whole.slice(-1)];
    if (parts.length === 0) return open + close;
    const { gaps, tails, end } = this.#spaces(node);
    const [first] = gaps;
    if (first === undefined) {
      const isInLines = unit !== null && indent !== null;
      const gap = isInLines ? lineEnd + indent + unit : "";
      const texts = parts.map(({ text }) => gap + text);
      return open + texts.join(isInLines ? "," : `,${space}`) +
        (isInLines ? lineEnd + indent : "") +
        close;
    }
    const usual = gaps.findLast((gap) => /[\r\n]/.test(gap)) ?? gaps[1] ?? space;
    const texts = parts.map(({ from, text }, index) => {
      const gap = index === 0 ? first : from === undefined || from === 0 ? usual : gaps[from];
      const tail = index === parts.length - 1 || from === undefined ? "" : tails[from] ?? "";
      return (gap ?? usual) + text + tail;
    });
    return open + texts.join(",") + end + close;
  }

  /** The colon as a neighbour has it, with the spaces round it. */
  #colonIn(property: Node | undefined): string {
    const [key, value] = property?.children ?? [];
    if (key === undefined || value === undefined) return this.#style.colon;
    return this.#text.slice(key.offset + key.length, value.offset);
  }

  /** The space before each part, between it and its comma, and before the closing bracket. */
  #spaces(node: Node): { gaps: string[]; tails: string[]; end: string } {
    const gaps: string[] = [];
    const tails: string[] = [];
    let at = node.offset + 1;
    for (const { offset, length } of node.children ?? []) {
      const between = this.#text.slice(at, offset);
      const comma = between.indexOf(",");
      if (comma >= 0) tails.push(between.slice(0, comma));
      gaps.push(between.slice(comma + 1));
      at = offset + length;
    }
    return { gaps, tails, end: this.#text.slice(at, node.offset + node.length - 1) };
  }

  /** The indentation of what begins a line inside; null where the parts stand in one line. */
  #indentInside(node: Node, indent: string | null): string | null {
    const { gaps } = this.#spaces(node);
    const gap = gaps.findLast((each) => /[\r\n]/.test(each)) ?? gaps[0];
    if (gap !== undefined) return /[\r\n]([ \t]*)$/.exec(gap)?.[1] ?? null;
    const { unit } = this.#style;
    return unit === null || indent === null ? null : indent + unit;
  }

  #slice({ offset, length }: Node): string {
    return this.#text.slice(offset, offset + length);
  }
}

/** For each new element the place of the old one that it is, or was; each old one once. */
function matches(old: readonly Node[], next: readonly unknown[]): (number | undefined)[] {
  const free = new Set(old.keys());
  const found: (number | undefined)[] = next.map(() => undefined);
  const passes: readonly ((node: Node, value: unknown, isInPlace: boolean) => boolean)[] = [
    (node, value, isInPlace) => isInPlace && says(node, value),
    (node, value) => says(node, value),
    (node, value) =>
      isRecord(value) && says(memberOf(node, "callback_data"), value["callback_data"]),
    (_node, _value, isInPlace) => isInPlace,
  ];
  for (const isSame of passes) {
    for (const [index, value] of next.entries()) {
      if (found[index] !== undefined) continue;
      for (const place of free) {
        const node = old[place];
        if (node === undefined || !isSame(node, value, place === index)) continue;
        found[index] = place;
        free.delete(place);
        break;
      }
    }
  }
  return found;
}

function memberOf(node: Node, name: string): Node | undefined {
  return node.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1];
}

/** Whether a text already says a value. */
function says(node: Node | undefined, value: unknown): boolean {
  if (node === undefined) return false;
  const { children = [] } = node;
  if (node.type === "array") {
    return Array.isArray(value) && value.length === children.length &&
      children.every((child, index) => says(child, value[index]));
  }
  if (node.type === "object") {
    return isRecord(value) && Object.keys(value).length === children.length &&
      children.every(({ children: [key, child] = [] }) =>
        key !== undefined && Object.hasOwn(value, key.value) && says(child, value[key.value])
      );
  }
  return node.value === value;
}

function partsOf(value: unknown): (readonly [string | undefined, unknown])[] {
  if (Array.isArray(value)) return value.map((each) => [undefined, each] as const);
  return isRecord(value) ? Object.entries(value).filter(([, each]) => each !== undefined) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
