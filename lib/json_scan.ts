// Scans JSON text by RFC 8259: where the outermost object's members stand, what breaks the text, which keys stand twice. Loads nothing.

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
  /** What breaks the text first, in Russian: what was found and what is wanted. Quotes no text of it. */
  readonly fault?: { readonly at: number; readonly message: string };
  readonly doubled: readonly Doubled[];
  readonly members: readonly Span[];
}

/** As many doubled keys as are told. */
const MOST_DOUBLED = 100;

/** An open object or list: where each key of it stands, and which part of it is read. */
interface Open {
  readonly keys: Map<string, number> | undefined;
  part: string | number;
}

class Broken extends Error {
  constructor(readonly at: number, message: string) {
    super(message);
  }
}

/** Reads the text once, in a time that grows with its length alone. */
export function scanJson(text: string): Scan {
  const doubled: Doubled[] = [];
  const members: Span[] = [];
  try {
    scan(text, doubled, members);
    return { doubled, members };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { fault: { at: error.at, message: error.message }, doubled, members };
  }
}

function scan(text: string, doubled: Doubled[], members: Span[]): void {
  const stack: Open[] = [];
  let at = afterSpaces(text, 0);
  let outer = { key: "", keyAt: 0, valueAt: 0 };

  function readKey(open: Open): void {
    if (text[at] !== '"') throw expected(text, at, "нужен ключ в кавычках");
    const end = stringEnd(text, at);
    const key: string = JSON.parse(text.slice(at, end));
    const firstAt = open.keys?.get(key);
    if (firstAt === undefined) open.keys?.set(key, at);
    else if (doubled.length < MOST_DOUBLED) {
      doubled.push({ key, at, firstAt, path: stack.slice(0, -1).map(({ part }) => part) });
    }
    open.part = key;
    const keyAt = at;
    at = afterSpaces(text, end);
    if (text[at] !== ":") throw expected(text, at, "нужно двоеточие после ключа");
    at = afterSpaces(text, at + 1);
    if (stack.length === 1) outer = { key, keyAt, valueAt: at };
  }

  for (;;) {
    // A value begins here.
    let endAt: number;
    const sign = text[at];
    if (sign === "{" || sign === "[") {
      const open: Open = { keys: sign === "{" ? new Map() : undefined, part: 0 };
      stack.push(open);
      at = afterSpaces(text, at + 1);
      if (text[at] === undefined) throw new Broken(at, unclosed(closeOf(open)));
      if (text[at] !== closeOf(open)) {
        if (open.keys !== undefined) readKey(open);
        continue;
      }
      stack.pop();
      endAt = at + 1;
    } else {
      endAt = scalarEnd(text, at);
    }
    // It ends here, and perhaps with it what it is in.
    for (;;) {
      at = afterSpaces(text, endAt);
      const open = stack.at(-1);
      if (open === undefined) {
        if (at === text.length) return;
        throw expected(text, at, "нужно убрать лишнее", " после последней скобки");
      }
      if (stack.length === 1 && open.keys !== undefined) members.push({ ...outer, endAt });
      const close = closeOf(open);
      if (text[at] !== close) break;
      stack.pop();
      endAt = at + 1;
    }
    const open = stack.at(-1);
    if (open === undefined) return;
    const close = closeOf(open);
    if (text[at] === undefined) throw new Broken(at, unclosed(close));
    if (text[at] !== ",") throw expected(text, at, "перед этим нужна запятая");
    at = afterSpaces(text, at + 1);
    if (text[at] === close) throw new Broken(at, `перед «${close}» лишняя запятая: уберите её`);
    if (open.keys !== undefined) readKey(open);
    else open.part = Number(open.part) + 1;
  }
}

function closeOf({ keys }: Open): "}" | "]" {
  return keys === undefined ? "]" : "}";
}

/** The end of a text, number or word that begins here. */
function scalarEnd(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at);
  const [, word, number] =
    matchAt(/(true|false|null)|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y, text, at) ?? [];
  const end = at + (word ?? number ?? "").length;
  if (number !== undefined && /[.eE\d]/.test(text[end] ?? "")) {
    throw new Broken(at, "число написано с ошибкой, нужно вида 10 или 0.5");
  }
  if (end === at || /\w/.test(text[end] ?? "")) {
    const wanted = "{}[],:".includes(text[at] ?? ",")
      ? "нужно значение"
      : 'нужен текст в кавычках "…", число, true, false или null';
    throw expected(text, at, wanted);
  }
  return end;
}

/** The end of a text in quotes that begins here. @throws {Error} Where it does not end, or holds what JSON has not. */
export function stringEnd(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === QUOTE) return end + 1;
    if (code === BACKSLASH) {
      end += 1;
      const escape = text[end] ?? "";
      if (escape === "u" && !matchAt(/[\da-fA-F]{4}/y, text, end + 1)) {
        throw new Broken(end - 1, "в тексте найдено \\u, нужно четыре знака 0–9, a–f после него");
      }
      if (escape !== "" && !'"\\/bfnrtu'.includes(escape)) {
        const message =
          'в тексте найдена косая черта \\ перед чужим знаком, нужно \\\\, \\" или \\n';
        throw new Broken(end - 1, message);
      }
    } else if (code === NEW_LINE || code === RETURN) {
      break;
    } else if (code < SPACE) {
      const message =
        "в тексте найден управляющий знак, нужно \\t вместо табуляции и \\n вместо новой строки";
      throw new Broken(end, message);
    }
  }
  throw new Broken(at, 'текст не закрыт, нужна кавычка " в той же строке');
}

const [QUOTE, BACKSLASH, NEW_LINE, RETURN, SPACE] = [0x22, 0x5c, 0x0a, 0x0d, 0x20];

function afterSpaces(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text.charAt(at))) at += 1;
  return at;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function unclosed(close: string): string {
  return `файл обрывается, нужна закрывающая скобка «${close}»`;
}

/** The fault for a sign that should not be here. */
function expected(text: string, at: number, wanted: string, where = ""): Broken {
  const sign = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (at >= text.length) return new Broken(at, `файл обрывается, ${wanted}`);
  if (/^\/[/*]/.test(text.slice(at, at + 2))) {
    return new Broken(at, "найден комментарий, в JSON их не бывает: уберите его");
  }
  return new Broken(at, `${found(text, at, sign)}${where}, ${wanted}`);
}

/** A word may be half a password; a sign is none. */
function found(text: string, at: number, sign: string): string {
  if (sign === '"') return "найден текст";
  if (/[-\d]/.test(sign)) return "найдено число";
  return /[\p{L}_']/u.test(sign) && matchAt(/[\p{L}_'][\p{L}\d_']/uy, text, at)
    ? "найдено слово без кавычек"
    : `найдено «${sign}»`;
}
