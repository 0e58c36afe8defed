// Reads `.env` and the environment, which wins. Knows what each variable is called and none of their meanings.

import { type ConfigFault, SECRET_PREFIX, VARIABLES } from "./config.ts";
import { readEnvFile } from "./env_file.ts";
import { unknownVariables } from "./unknown_variables.ts";
import { messageOf } from "../log/error_words.ts";

/** What the process is told from outside. */
export interface Environment {
  /** Whether there is a `.env`. */
  readonly hasFile: boolean;
  /** Why `.env` cannot be used; then only the environment counts. Quotes no value. */
  readonly fault: string | null;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The value of `SECRET_<NAME>`, by a name in lower case. */
  readonly secret: (name: string) => string | undefined;
  /** A sentence for each unknown name in `.env`. */
  readonly warnings: readonly string[];
  /** Whether other users of the machine can read `.env`. */
  readonly isOpenToOthers: boolean;
}

/** @param lookup The value of a variable in the process's environment. */
export async function readEnvironment(
  lookup: (name: string) => string | undefined,
  path = ".env",
): Promise<Environment> {
  const { hasFile, values, hasBadNames, fault } = await readFile(path, lookup);
  const isOpenToOthers = await Deno.stat(path).then(
    ({ mode }) => Deno.build.os !== "windows" && ((mode ?? 0) & 0o077) !== 0,
    () => false,
  );
  const variables = VARIABLES.map((name) => [name, lookup(name) ?? values[name]]);
  return {
    hasFile,
    fault,
    variables: Object.fromEntries(variables),
    secret(name) {
      const variable = SECRET_PREFIX + name.toUpperCase();
      return (lookup(variable) ?? values[variable])?.trim() || undefined;
    },
    warnings: [...(hasBadNames ? [BAD_NAMES] : []), ...unknownVariables(Object.keys(values))],
    isOpenToOthers,
  };
}

/** Whether a variable is not set at all, and not set wrongly. */
export function isUnset({ message }: ConfigFault): boolean {
  return message.startsWith("не задана");
}

/** What to do where a required variable is set nowhere and there is no `.env`. */
export const NO_FILE = ".env: файла нет в этой папке: cp .env.example .env и заполните, " +
  "или задайте переменные окружением";

/** Any of these makes Deno's fetch use a proxy for https. */
export const PROXY_VARIABLES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

const BAD_NAMES =
  ".env: перед знаком «=» не имя переменной, нужны буквы, цифры и _, строка пропущена";

interface File {
  readonly hasFile: boolean;
  readonly values: Readonly<Record<string, string>>;
  readonly hasBadNames: boolean;
  readonly fault: string | null;
}

const NOTHING: File = { hasFile: false, values: {}, hasBadNames: false, fault: null };

async function readFile(
  path: string,
  lookup: (name: string) => string | undefined,
): Promise<File> {
  try {
    const text = await Deno.readTextFile(path);
    const file = readEnvFile(text, (name) => {
      try {
        return lookup(name);
      } catch {
        return undefined; // No variable can have such a name.
      }
    });
    if (!file.ok) return { ...NOTHING, hasFile: true, fault: file.fault };
    return { hasFile: true, values: file.values, hasBadNames: file.hasBadNames, fault: null };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return NOTHING;
    const fault = error instanceof Deno.errors.PermissionDenied
      ? "не прочесть, нет прав: отдайте файл пользователю бота (chown)"
      : `не прочесть: ${messageOf(error)}`;
    return { ...NOTHING, hasFile: true, fault };
  }
}
