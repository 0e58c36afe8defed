// Variables for a script that reads a few of them: the environment over `.env`. Knows none of them.

import { readEnvFile } from "../env_file.ts";

/** Returns what reads a variable; undefined where it is not set. A `.env` that cannot be read counts as none. */
export async function readScriptVariables(): Promise<(name: string) => string | undefined> {
  const text = await Deno.readTextFile(".env").catch(() => "");
  const file = readEnvFile(text, (name) => Deno.env.get(name));
  return (name) => Deno.env.get(name) ?? (file.ok ? file.values[name] : undefined);
}
