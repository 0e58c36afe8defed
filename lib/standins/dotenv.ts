// The part of @std/dotenv this bot uses, where the package itself is out of reach: names and behaviour of
// @std/dotenv 0.225. Knows nothing of the bot's own variables.

/** Where {@linkcode load} reads, and whether it also writes to the environment. */
export interface LoadOptions {
  /** Path of the file; `null` reads none. */
  envPath?: string | URL | null;
  /** Also sets the variables that the environment does not have yet. Needs env permission for each. */
  export?: boolean;
}

/**
 * Reads a `.env` file. The result holds the file's values, whatever the environment says.
 *
 * @returns A record by name; `{}` if the file is missing.
 */
export async function load(options: LoadOptions = {}): Promise<Record<string, string>> {
  const { envPath = ".env", export: exports = false } = options;
  const values = envPath === null || envPath === "" ? {} : parse(await readIfPresent(envPath));
  if (exports) {
    for (const [name, value] of Object.entries(values)) {
      if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
    }
  }
  return values;
}

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
  ASSIGNMENT.lastIndex = 0;
  for (let match = ASSIGNMENT.exec(text); match !== null; match = ASSIGNMENT.exec(text)) {
    const { value, isQuoted, end } = readValue(text, ASSIGNMENT.lastIndex);
    ASSIGNMENT.lastIndex = end;
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

/** Blanks within one line only: over several the search would be quadratic. */
const ASSIGNMENT =
  /^[^\S\r\n\u2028\u2029]*(?:export[^\S\r\n\u2028\u2029]+)?([^\s=#]+)[^\S\r\n\u2028\u2029]*=[ \t]*/gm;

async function readIfPresent(path: string | URL): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function readValue(text: string, start: number): { value: string; isQuoted: boolean; end: number } {
  const quote = text.charAt(start);
  const close = quote === "'" || quote === '"' ? text.indexOf(quote, start + 1) : -1;
  if (close === -1) {
    const end = endOf(/[\r\n#]/g, text, start);
    return {
      value: text.slice(start, end).trim(),
      isQuoted: false,
      end: endOf(/[\r\n]/g, text, end),
    };
  }
  const inner = text.slice(start + 1, close).replace(/^\r?\n?/, "").replace(/\r?\n?$/, "");
  const value = quote === '"' ? readEscapes(inner) : inner;
  return { value, isQuoted: true, end: endOf(/[\r\n]/g, text, close) };
}

function endOf(stop: RegExp, text: string, from: number): number {
  stop.lastIndex = from;
  return stop.exec(text)?.index ?? text.length;
}

function readEscapes(text: string): string {
  return text.replaceAll("\\n", "\n").replaceAll("\\r", "\r").replaceAll("\\t", "\t");
}

/** More than a person writes: where a value refers to itself, @std/dotenv would go on for ever. */
const MAX_DEPTH = 20;
const MAX_LENGTH = 100_000;

function expand(name: string, written: Map<string, string>): string {
  let value = written.get(name) ?? "";
  for (let depth = 0; depth <= MAX_DEPTH && value.length <= MAX_LENGTH; depth++) {
    let isWhole = true;
    const expanded: string[] = [];
    for (const piece of piecesOf(value)) {
      if (typeof piece !== "string") isWhole = false;
      expanded.push(typeof piece === "string" ? piece : valueOf(piece, written));
    }
    if (isWhole) return value;
    value = expanded.join("");
  }
  throw new RangeError(`Cannot read "${name}" in the .env file: its value refers to itself`);
}

function valueOf({ name, otherwise }: Reference, written: Map<string, string>): string {
  return String(written.get(name) ?? Deno.env.get(name) ?? otherwise);
}

interface Reference {
  readonly name: string;
  readonly otherwise: string | undefined;
}

/**
 * What a value consists of: plain text, `${NAME}`, `${NAME:-default}`, `$NAME` and `$NAME:-default`;
 * `\$NAME` stays as it is. By hand, as the expression that @std/dotenv has for it is cubic.
 */
function* piecesOf(value: string): Generator<string | Reference> {
  const lastClose = value.lastIndexOf("}");
  let plainFrom = 0;
  for (let at = value.indexOf("$"); at !== -1; at = value.indexOf("$", at)) {
    const found = value[at + 1] === "{"
      ? bracedAt(value, at, lastClose)
      : value[at - 1] === "\\"
      ? undefined
      : bareAt(value, at);
    if (found === undefined) {
      at += 1;
      continue;
    }
    yield value.slice(plainFrom, at);
    yield found;
    plainFrom = at = found.end;
  }
  yield value.slice(plainFrom);
}

type Found = Reference & { readonly end: number };

/** A default goes on until the value's last `}`. */
function bracedAt(value: string, at: number, lastClose: number): Found | undefined {
  const nameFrom = at + 2;
  if (lastClose <= nameFrom) return undefined;
  const close = value.indexOf("}", nameFrom + 1);
  const inside = value.slice(nameFrom, close);
  const dash = inside.indexOf(":-", 1);
  const defaultFrom = nameFrom + dash + 2;
  if (dash === -1 || lastClose <= defaultFrom) {
    return { name: inside, otherwise: undefined, end: close + 1 };
  }
  return {
    name: inside.slice(0, dash),
    otherwise: value.slice(defaultFrom, lastClose),
    end: lastClose + 1,
  };
}

function bareAt(value: string, at: number): Found | undefined {
  const reference = /\$(\w+)(?::-(.+))?/y;
  reference.lastIndex = at;
  const match = reference.exec(value);
  if (match === null) return undefined;
  return { name: match[1] ?? "", otherwise: match[2], end: reference.lastIndex };
}
