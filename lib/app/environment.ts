// Reads `.env` and the environment, which wins. Knows what each variable is called and none of their meanings.

import { SECRET_PREFIX, unknownVariables, VARIABLES } from "./config.ts";
import { readEnvFile } from "./env_file.ts";
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
  const { hasFile, values, fault } = await readFile(path, lookup);
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
    warnings: unknownVariables(Object.keys(values)),
    isOpenToOthers,
  };
}

/** Any of these makes Deno's fetch use a proxy for https. */
export const PROXY_VARIABLES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

interface File {
  readonly hasFile: boolean;
  readonly values: Readonly<Record<string, string>>;
  readonly fault: string | null;
}

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
    return file.ok
      ? { hasFile: true, values: file.values, fault: null }
      : { hasFile: true, values: {}, fault: file.fault };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { hasFile: false, values: {}, fault: null };
    const fault = error instanceof Deno.errors.PermissionDenied
      ? "не прочесть, нет прав: отдайте файл пользователю бота (chown)"
      : `не прочесть: ${messageOf(error)}`;
    return { hasFile: true, values: {}, fault };
  }
}
