// The Deno that runs these tests: its binary, and the tasks of its configuration.

/** The running binary: `deno` need not be on the PATH. */
export const DENO = Deno.execPath();

const ROOT = new URL("../../", import.meta.url);

/** The configuration that these tests run with: with the JSR packages or with the stand-ins. */
const CONFIG = import.meta.resolve("fresh").startsWith("jsr:") ? "deno.jsr.json" : "deno.json";

/** Its absolute path, for a process in another folder. */
export const CONFIG_PATH = new URL(CONFIG, ROOT).pathname;

/** The arguments of a task, after `deno`. */
export async function taskArguments(task: string): Promise<string[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(CONFIG_PATH));
  return String(tasks[task]).split(/\s+/).slice(1);
}
