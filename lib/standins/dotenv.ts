// The part of @std/dotenv that this bot uses, for where the package is out of reach: `parse` with the
// behaviour of @std/dotenv 0.225. One difference: it throws where a value refers to itself, the package hangs.

/**
 * Reads the text of a `.env` file. `$NAME` in an unquoted value becomes that variable of the file or, failing that,
 * of the environment, else its default, else the word undefined.
 *
 * @throws {Deno.errors.NotCapable} If that variable of the environment may not be read.
 * @throws {RangeError} If a value refers to itself.
 */
export function parse(text: string): Record<string, string> {
  const values: Record<string, string> = Object.create(null);
  const unquoted: string[] = [];
  const assignment = /^\s*(?:export\s+)?([^\s=#]+)\s*=[ \t]*/gm;
  for (let match = assignment.exec(text); match !== null; match = assignment.exec(text)) {
    const { value, isQuoted, end } = readValue(text, assignment.lastIndex);
    assignment.lastIndex = end;
    const name = match[1] ?? "";
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
      console.warn(`Skipped "${name}" in the .env file: letters, digits and _ make a name`);
      continue;
    }
    values[name] = value;
    if (!isQuoted && value !== "") unquoted.push(name);
  }
  const written = new Map(Object.entries(values));
  for (const name of unquoted) values[name] = expand(name, written);
  return values;
}

function readValue(text: string, start: number): { value: string; isQuoted: boolean; end: number } {
  const close = closingQuote(text, start);
  if (close === -1) {
    const end = endOf(/[\r\n#]/g, text, start);
    return {
      value: text.slice(start, end).trim(),
      isQuoted: false,
      end: endOf(/[\r\n]/g, text, end),
    };
  }
  const inner = text.slice(start + 1, close).replace(/^\r?\n?/, "").replace(/\r?\n?$/, "");
  const value = text.charAt(start) === '"' ? readEscapes(inner) : inner;
  return { value, isQuoted: true, end: endOf(/[\r\n]/g, text, close) };
}

/** Where a quoted value ends; -1 if the value is not quoted. A backslash escapes a double quote. */
function closingQuote(text: string, start: number): number {
  const quote = text.charAt(start);
  if (quote === "'") return text.indexOf(quote, start + 1);
  if (quote !== '"') return -1;
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== quote) at += text.charAt(at) === "\\" ? 2 : 1;
  return at < text.length ? at : -1;
}

function endOf(stop: RegExp, text: string, from: number): number {
  stop.lastIndex = from;
  return stop.exec(text)?.index ?? text.length;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  '"': '"',
  "'": "'",
  "\\": "\\",
};

function readEscapes(text: string): string {
  return text.replace(/\\([\s\S])/g, (escape, character) => ESCAPES[character] ?? escape);
}

/** `${NAME}`, `${NAME:-default}`, `$NAME` and `$NAME:-default`; `\$NAME` stays as it is. */
const REFERENCE = /\$\{(.+?)(?::-(.+))?\}|(?<!\\)\$(\w+)(?::-(.+))?/g;

/** More than a person writes: a value beyond this refers to itself. */
const MAX_DEPTH = 20;
const MAX_LENGTH = 100_000;

function expand(name: string, written: Map<string, string>): string {
  let value = written.get(name) ?? "";
  for (let depth = 0; depth <= MAX_DEPTH && value.length <= MAX_LENGTH; depth++) {
    if (value.search(REFERENCE) === -1) return value;
    value = value.replace(REFERENCE, (_, braced, bracedDefault, bare, bareDefault) => {
      const wanted: string = braced ?? bare;
      return String(written.get(wanted) ?? Deno.env.get(wanted) ?? bracedDefault ?? bareDefault);
    });
  }
  throw new RangeError(`Cannot read "${name}" in the .env file: its value refers to itself`);
}
