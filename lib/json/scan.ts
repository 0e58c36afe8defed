// Scans JSON: the positions of the outermost object's members, syntax faults, and duplicate keys.

import type { SyntaxKind } from "jsonc-parser";
// The package's main entry is CommonJS and loads in 15 ms; this ES module of it in 2 ms.
// @ts-types="jsonc-parser"
import { createScanner } from "jsonc-parser/lib/esm/impl/scanner.js";

/** The offsets of a member of the outermost object. */
export interface Span {
  readonly key: string;
  readonly keyAt: number;
  readonly valueAt: number;
  readonly endAt: number;
}

/** A fault at a position. Lines and columns count from 1. */
export interface TextFault {
  readonly line: number;
  readonly column: number;
  /** The keys leading to the faulty object; empty for the outermost. */
  readonly path: readonly (string | number)[];
  /** What was found and what is expected, in Russian; quotes nothing that may be secret. */
  readonly message: string;
}

export interface Scan {
  readonly members: readonly Span[];
  /** The first syntax fault, or up to 100 duplicate keys. */
  readonly faults: readonly TextFault[];
}

class BrokenJson extends SyntaxError {
  readonly fault: TextFault;

  /** @param shift How many characters of the token are before the fault. */
  constructor({ line, column }: Token, message: string, shift = 0) {
    super(message);
    this.fault = { line, column: column + shift, path: [], message };
  }
}

const MOST_DOUBLED = 100;

// The scanner's token kinds; its enum does not exist at run time. NULL to NUMBER are whole values.
const NULL: SyntaxKind.NullKeyword = 7;
const NUMBER: SyntaxKind.NumericLiteral = 11;
const LINE_BREAK: SyntaxKind.LineBreakTrivia = 14;
const SPACES: SyntaxKind.Trivia = 15;

interface Token {
  /** The first character; empty at the end of the text. */
  readonly sign: string;
  readonly at: number;
  readonly endAt: number;
  readonly line: number;
  readonly column: number;
  readonly isValue: boolean;
  /** A string without quotes and escapes; a number or word as spelled. */
  readonly value: string;
}

type Wanted = "value" | "key" | "colon" | "comma" | "end";

/** An open object or list: the line of each key, and the part being read. */
interface Open {
  readonly close: "}" | "]";
  readonly keys: Map<string, number>;
  part: string | number;
}

/** Scans a text by RFC 8259, at any depth, in linear time. */
export function scanJson(text: string): Scan {
  const members: Span[] = [];
  const faults: TextFault[] = [];
  try {
    scan(text, members, faults);
    return { members, faults };
  } catch (error) {
    if (!(error instanceof BrokenJson)) throw error;
    return { members, faults: [error.fault] };
  }
}

function scan(text: string, members: Span[], faults: TextFault[]): void {
  const stack: Open[] = [];
  let wanted: Wanted = "value";
  let before = "";
  let member = { key: "", keyAt: 0, valueAt: 0 };
  for (const token of tokensOf(text)) {
    const { sign, at, endAt, line, column, value } = token;
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
      const firstLine = open.keys.get(value);
      if (firstLine === undefined) open.keys.set(value, line);
      else if (faults.length < MOST_DOUBLED) {
        const path = stack.slice(0, -1).map(({ part }) => part);
        const message = `ключ «${value}» второй раз, уже есть в строке ${firstLine}`;
        faults.push({ line, column, path, message });
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
}

/** The tokens of a text, and one for its end. @throws {SyntaxError} At a comment, or an invalid string or number. */
export function* tokensOf(text: string): Generator<Token> {
  const scanner = createScanner(text);
  for (let sign = " "; sign !== "";) {
    const kind: number = scanner.scan();
    if (kind === SPACES || kind === LINE_BREAK) continue;
    const at = scanner.getTokenOffset();
    const endAt = scanner.getPosition();
    const code = text.codePointAt(at);
    sign = code === undefined ? "" : String.fromCodePoint(code);
    const token = {
      sign,
      at,
      endAt,
      line: scanner.getTokenStartLine() + 1,
      column: scanner.getTokenStartCharacter() + 1,
      isValue: kind >= NULL && kind <= NUMBER,
      value: scanner.getTokenValue(),
    };
    if (sign === "/" && endAt > at + 1) {
      throw new BrokenJson(token, "найден комментарий, в JSON их не бывает: уберите его");
    }
    // The scanner reads `007` as three numbers, and `0x1` as a number and a word.
    const isCut = kind === NUMBER && /[\w.]/.test(text[endAt] ?? "");
    if (isCut || scanner.getTokenError() !== 0) throw brokenToken(text, token);
    yield token;
  }
}

function brokenToken(text: string, token: Token): BrokenJson {
  const { sign, at } = token;
  if (sign !== '"') {
    return new BrokenJson(token, "число написано с ошибкой, нужно вида 10 или 0.5");
  }
  // One character (RFC 8259, section 7): with a repetition in the expression a long string would exhaust the stack.
  const character = /[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
  let badAt = at + 1;
  for (character.lastIndex = badAt; character.test(text);) badAt = character.lastIndex;
  const [bad, next] = [text[badAt], text[badAt + 1]];
  if (bad === undefined || bad === "\r" || bad === "\n" || bad === "\\" && next === undefined) {
    return new BrokenJson(token, 'текст не закрыт, нужна кавычка " в той же строке');
  }
  const message = bad !== "\\"
    ? "найден управляющий знак, нужно \\t вместо табуляции и \\n вместо новой строки"
    : next === "u"
    ? "найдено \\u, нужно четыре знака 0–9, a–f после него"
    : 'найдена косая черта \\ перед чужим знаком, нужно \\\\, \\" или \\n';
  return new BrokenJson(token, `в тексте ${message}`, badAt - at);
}

const WANTED: Readonly<Record<Wanted, string>> = {
  value: 'нужен текст в кавычках "…", число, true, false или null',
  key: "нужен ключ в кавычках",
  colon: "нужно двоеточие после ключа",
  comma: "перед этим нужна запятая",
  end: "нужно убрать лишнее",
};

function unexpected(token: Token, wanted: Wanted, before: string, open?: Open): BrokenJson {
  const { sign } = token;
  if (sign === "" && open !== undefined && (wanted === "comma" || "{[".includes(before))) {
    return new BrokenJson(token, `файл обрывается, нужна закрывающая скобка «${open.close}»`);
  }
  if (sign === open?.close && before === ",") {
    return new BrokenJson(token, `перед «${sign}» лишняя запятая: уберите её`);
  }
  const what = sign === "" ? "файл обрывается" : found(token);
  const where = wanted === "end" ? " после последней скобки" : "";
  // Also at the end of the text, where `sign` is empty.
  const isNoValue = wanted === "value" && "{}[],:".includes(sign);
  return new BrokenJson(token, `${what}${where}, ${isNoValue ? "нужно значение" : WANTED[wanted]}`);
}

/** A word may be part of a password and is not quoted; a sign is. */
function found({ sign, value }: Token): string {
  if (sign === '"') return "найден текст";
  if (/[-\d]/.test(sign)) return "найдено число";
  return /[\p{L}_']/u.test(sign) && value.length > sign.length
    ? "найдено слово без кавычек"
    : `найдено «${sign}»`;
}
