// Reads JSON token by token: where the outermost object's members stand, what breaks the text, which keys stand twice.

import type { SyntaxKind } from "jsonc-parser";
// The package's main entry is CommonJS and takes a start 15 ms; this file of it is an ES module and takes 2 ms.
// @ts-types="jsonc-parser"
import { createScanner } from "jsonc-parser/lib/esm/impl/scanner.js";

/** The places of a member of the outermost object, as offsets. */
export interface Span {
  readonly key: string;
  readonly keyAt: number;
  readonly valueAt: number;
  readonly endAt: number;
}

/** A key that stands twice in one object. */
export interface Doubled {
  readonly key: string;
  readonly at: number;
  readonly firstAt: number;
  /** The keys and places on the way to the object. */
  readonly path: readonly (string | number)[];
}

export interface Scan {
  readonly members: readonly Span[];
  /** In the order of the text, up to 100. */
  readonly doubled: readonly Doubled[];
}

/** What breaks a text first: what was found and what is wanted, in Russian. Quotes nothing that may be secret. */
export class BrokenJson extends SyntaxError {
  constructor(readonly at: number, message: string) {
    super(message);
  }
}

const MOST_DOUBLED = 100;

/** The first and the last kind of token that is a value: null, true, false, a text, a number. */
const FIRST_VALUE: SyntaxKind.NullKeyword = 7;
const LAST_VALUE: SyntaxKind.NumericLiteral = 11;

interface Token {
  /** The first character; empty at the end of the text. */
  readonly sign: string;
  readonly at: number;
  readonly endAt: number;
  /** Whether it is a whole value. */
  readonly isValue: boolean;
  /** A text without its quotes and escapes; a number or a word as it is spelled. */
  readonly value: string;
}

/** What the next token has to be. */
type Wanted = "value" | "key" | "colon" | "comma" | "end";

/** An open object or list: where each key of it stands, and which part of it is read. */
interface Open {
  readonly close: "}" | "]";
  readonly keys: Map<string, number>;
  part: string | number;
}

/**
 * Reads a text by RFC 8259, to any depth and in a time that grows with its length alone.
 *
 * @throws {BrokenJson}
 */
export function scanJson(text: string): Scan {
  const members: Span[] = [];
  const doubled: Doubled[] = [];
  const stack: Open[] = [];
  let wanted: Wanted = "value";
  let before = "";
  let member = { key: "", keyAt: 0, valueAt: 0 };
  for (const token of tokensOf(text)) {
    const { sign, at, endAt, value } = token;
    const open = stack.at(-1);
    const isOuter = stack.length === 1;
    if (wanted === "value" && isOuter) member = { ...member, valueAt: at };
    if (sign === open?.close && (wanted === "comma" || "{[".includes(before))) {
      stack.pop();
      wanted = "comma";
    } else if (wanted === "value" && sign === "{") {
      stack.push({ close: "}", keys: new Map(), part: "" });
      wanted = "key";
    } else if (wanted === "value" && sign === "[") {
      stack.push({ close: "]", keys: new Map(), part: 0 });
    } else if (wanted === "value" && token.isValue) {
      wanted = "comma";
    } else if (wanted === "key" && sign === '"' && open !== undefined) {
      const firstAt = open.keys.get(value);
      if (firstAt === undefined) open.keys.set(value, at);
      else if (doubled.length < MOST_DOUBLED) {
        const path = stack.slice(0, -1).map(({ part }) => part);
        doubled.push({ key: value, at, firstAt, path });
      }
      open.part = value;
      if (isOuter) member = { key: value, keyAt: at, valueAt: at };
      wanted = "colon";
    } else if (wanted === "colon" && sign === ":") {
      wanted = "value";
    } else if (wanted === "comma" && sign === "," && open !== undefined) {
      if (typeof open.part === "number") open.part += 1;
      wanted = open.close === "]" ? "value" : "key";
    } else if (wanted !== "end" || sign !== "") {
      throw unexpected(token, wanted, before, open);
    }
    if (wanted === "comma" && stack.length === 1 && stack[0]?.close === "}") {
      members.push({ ...member, endAt });
    }
    if (wanted === "comma" && stack.length === 0) wanted = "end";
    before = sign;
  }
  return { members, doubled };
}

/**
 * The tokens of a text without what is between them, and one for its end.
 *
 * @throws {BrokenJson} At a comment, or a text or a number that JSON has not.
 */
export function* tokensOf(text: string): Generator<Token> {
  const scanner = createScanner(text, true);
  for (let endAt = 0, sign = " "; sign !== "";) {
    const kind: number = scanner.scan();
    const at = scanner.getTokenOffset();
    const comment = text.slice(endAt, at).indexOf("/");
    if (comment >= 0) {
      throw new BrokenJson(endAt + comment, "найден комментарий, в JSON их не бывает: уберите его");
    }
    const code = text.codePointAt(at);
    sign = code === undefined ? "" : String.fromCodePoint(code);
    endAt = scanner.getPosition();
    // The scanner takes `007` for three numbers, and `0x1` for a number and a word.
    const isCut = kind === LAST_VALUE && /[\w.]/.test(text[endAt] ?? "");
    if (isCut || scanner.getTokenError() !== 0) throw brokenToken(text, at);
    const isValue = kind >= FIRST_VALUE && kind <= LAST_VALUE;
    yield { sign, at, endAt, isValue, value: scanner.getTokenValue() };
  }
}

/** The fault inside a number or a text in quotes. */
function brokenToken(text: string, at: number): BrokenJson {
  if (text[at] !== '"') {
    return new BrokenJson(at, "число написано с ошибкой, нужно вида 10 или 0.5");
  }
  // One character by RFC 8259, section 7. Repeated inside the expression, a long text would exhaust the stack.
  const character = /[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
  let badAt = at + 1;
  for (character.lastIndex = badAt; character.test(text);) badAt = character.lastIndex;
  const [bad, next] = [text[badAt], text[badAt + 1]];
  if (bad === "\\" && next === "u") {
    return new BrokenJson(badAt, "в тексте найдено \\u, нужно четыре знака 0–9, a–f после него");
  }
  if (bad === "\\" && next !== undefined) {
    const message = 'в тексте найдена косая черта \\ перед чужим знаком, нужно \\\\, \\" или \\n';
    return new BrokenJson(badAt, message);
  }
  if (bad === undefined || bad === "\\" || bad === "\r" || bad === "\n") {
    return new BrokenJson(at, 'текст не закрыт, нужна кавычка " в той же строке');
  }
  const message =
    "в тексте найден управляющий знак, нужно \\t вместо табуляции и \\n вместо новой строки";
  return new BrokenJson(badAt, message);
}

const WANTED: Readonly<Record<Wanted, string>> = {
  value: 'нужен текст в кавычках "…", число, true, false или null',
  key: "нужен ключ в кавычках",
  colon: "нужно двоеточие после ключа",
  comma: "перед этим нужна запятая",
  end: "нужно убрать лишнее",
};

/** The fault of a token that should not be here. */
function unexpected(token: Token, wanted: Wanted, before: string, open?: Open): BrokenJson {
  const { sign, at } = token;
  if (sign === "" && open !== undefined && (wanted === "comma" || "{[".includes(before))) {
    return new BrokenJson(at, `файл обрывается, нужна закрывающая скобка «${open.close}»`);
  }
  if (sign === open?.close && before === ",") {
    return new BrokenJson(at, `перед «${sign}» лишняя запятая: уберите её`);
  }
  const what = sign === "" ? "файл обрывается" : found(token);
  const where = wanted === "end" ? " после последней скобки" : "";
  const isNoValue = wanted === "value" && "{}[],:".includes(sign);
  return new BrokenJson(at, `${what}${where}, ${isNoValue ? "нужно значение" : WANTED[wanted]}`);
}

/** A word may be half a password; a sign is none. */
function found({ sign, value }: Token): string {
  if (sign === '"') return "найден текст";
  if (/[-\d]/.test(sign)) return "найдено число";
  return /[\p{L}_']/u.test(sign) && value.length > sign.length
    ? "найдено слово без кавычек"
    : `найдено «${sign}»`;
}
