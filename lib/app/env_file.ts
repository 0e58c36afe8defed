// The text of a `.env` file → its values, or what is wrong with it. Knows none of the variables, reads no file.

import { parse } from "@std/dotenv";

/** The values of a `.env` file, or its fault. */
export type EnvFile =
  | {
    readonly ok: true;
    readonly values: Readonly<Record<string, string>>;
    /** Whether what stands before some `=` is no name; it is not quoted, as it may be a secret whose name is missing. */
    readonly hasBadNames: boolean;
  }
  /** Names the variable and quotes no value: half a password may follow a dollar sign. */
  | { readonly ok: false; readonly fault: string };

/**
 * Reads a `.env` file. In a value without quotes `$NAME` is replaced by that variable; an unknown name or a value that
 * refers to itself is a fault: @std/dotenv writes "undefined" for the first and never returns from the second.
 *
 * @param environment Looks up names that the file does not define.
 */
export function readEnvFile(
  text: string,
  environment: (name: string) => string | undefined,
): EnvFile {
  // UTF-16, as some editors of Windows write it, has a zero beside each letter.
  if (text.includes("\0")) {
    return { ok: false, fault: "файл не в UTF-8, пересохраните его в UTF-8" };
  }
  if (!text.includes("$")) return { ok: true, ...parseQuietly(text) };
  const references = referencesIn(text);
  for (const [name, wanted] of references) {
    // What the environment has is expanded as well.
    const isKnown = (each: string) =>
      references.has(each) || environment(each)?.includes("$") === false;
    if (!wanted.every(({ name, hasDefault }) => hasDefault || isKnown(name))) {
      const fault = `${name}: значение со знаком $ берут в одинарные кавычки: 'a$b'`;
      return { ok: false, fault };
    }
  }
  const circle = [...references.keys()].find((name) => leadsBack(name, references));
  if (circle !== undefined) {
    return { ok: false, fault: `${circle}: значение ссылается само на себя` };
  }
  return { ok: true, ...parseQuietly(text) };
}

/** `parse` prints what is no name, past the log and its mask. */
function parseQuietly(text: string): Pick<EnvFile & { ok: true }, "values" | "hasBadNames"> {
  const { warn } = console;
  let hasBadNames = false;
  console.warn = () => void (hasBadNames = true);
  try {
    const values = parse(text);
    return { values, hasBadNames };
  } finally {
    console.warn = warn;
  }
}

interface Reference {
  readonly name: string;
  readonly hasDefault: boolean;
}

type References = ReadonlyMap<string, readonly Reference[]>;

/** The variables of the file, each with the names that its value refers to. */
function referencesIn(text: string): References {
  // With another sign for "$" nothing is expanded; with "#", which ends a value without quotes, such values lose it.
  const { values: unexpanded } = parseQuietly(text.replaceAll("$", DOLLAR));
  const { values: cut } = parseQuietly(text.replaceAll("$", "#"));
  return new Map(
    Object.entries(unexpanded).map(([name, value]) => {
      const isQuoted = cut[name]?.includes("#") === true;
      return [name, isQuoted ? [] : referencesOf(value.replaceAll(DOLLAR, "$"))];
    }),
  );
}

/** A character that cannot occur in the file. */
const DOLLAR = "\uE000";

/** What @std/dotenv expands: `$NAME`, `${NAME}`, each with `:-` and a default or without. */
function referencesOf(value: string): Reference[] {
  const found = value.matchAll(/\$\{([^}:]*)(:-)?|(?<!\\)\$(\w+)(:-)?/g);
  return [...found].map(([, braced, bracedDefault, bare = "", bareDefault]) => ({
    name: braced ?? bare,
    hasDefault: (bracedDefault ?? bareDefault) !== undefined,
  }));
}

function leadsBack(name: string, references: References): boolean {
  const reached = new Set<string>();
  const visit = (from: string) => {
    for (const next of references.get(from) ?? []) reached.add(next.name);
  };
  visit(name);
  for (const each of reached) visit(each);
  return reached.has(name);
}
