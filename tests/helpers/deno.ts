// The Deno that runs these tests: its binary, and the tasks of its configuration.

/** The running binary: `deno` need not be on the PATH. */
export const DENO = Deno.execPath();

const ROOT = new URL("../../", import.meta.url);

/**
 * The configuration that these tests run with: with the stand-ins, which are files, or with the packages. A package that is
 * loaded already resolves to its address, another one to `jsr:…`.
 */
const CONFIG = import.meta.resolve("fresh").startsWith("file:") ? "deno.json" : "deno.jsr.json";

/** Its absolute path, for a process in another folder. */
export const CONFIG_PATH = new URL(CONFIG, ROOT).pathname;

/** The arguments of a task, after `deno`. */
export async function taskArguments(task: string): Promise<string[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(CONFIG_PATH));
  return String(tasks[task]).split(/\s+/).slice(1);
}

export interface ScriptOptions {
  /** Permissions and other flags of `deno run`. */
  readonly flags?: readonly string[];
  /** How many files the process may have open. */
  readonly openFiles?: number;
}

/** Starts a module, given as text, in a process of its own. */
export async function startScript(
  script: string,
  { flags = ["-A"], openFiles }: ScriptOptions = {},
): Promise<Deno.ChildProcess> {
  const run = ["run", "--quiet", "--no-prompt", "--no-lock", ...flags, "-"];
  const piped = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = openFiles === undefined
    ? new Deno.Command(DENO, { args: run, ...piped }).spawn()
    : new Deno.Command("sh", {
      args: ["-c", `ulimit -n ${openFiles}; exec "$0" "$@"`, DENO, ...run],
      ...piped,
    }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  return child;
}

/** Runs such a module to its end. */
export async function runScript(
  script: string,
  options?: ScriptOptions,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { code, stdout, stderr } = await (await startScript(script, options)).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
