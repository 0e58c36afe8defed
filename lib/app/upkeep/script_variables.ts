// What a script is started with: variables, the environment over `.env`, and paths as they were typed. Knows no variable by name but INIT_CWD.

import { resolve } from "node:path";
import { readEnvFile } from "../env_file.ts";
import { messageOf } from "../../log/error_words.ts";

/** Reads a variable; undefined where it is not set, empty or blank, as the bot itself reads it. */
export type ReadVariable = (name: string) => string | undefined;

/** Runs a script, and tells its exit code: 1 where `.env` cannot be read, as the script would work on another folder. */
export async function runScript(
  args: readonly string[],
  main: (args: readonly string[], read: ReadVariable) => Promise<number>,
): Promise<number> {
  const file = await readFile();
  if (!file.ok) {
    console.error(`❌ .env: ${file.fault}`);
    return 1;
  }
  const { values } = file;
  return await main(
    args.filter((arg) => arg !== "--"),
    (name) => (Deno.env.get(name) ?? values[name])?.trim() || undefined,
  );
}

/** A path on the command line, from where it was typed: a task runs in the project's folder (https://docs.deno.com/runtime/reference/cli/task/). */
export function pathAsTyped(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? ".", path);
}

async function readFile(): Promise<ReturnType<typeof readEnvFile>> {
  try {
    return readEnvFile(await Deno.readTextFile(".env"), (name) => Deno.env.get(name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { ok: true, values: {}, hasBadNames: false };
    const cause = messageOf(error);
    return { ok: false, fault: `не прочесть: ${cause}` };
  }
}
