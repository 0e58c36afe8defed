// `deno task doctor`: looks at everything that the bot needs, and prints a line for each. Works beside a running bot.

import { diagnose } from "./doctor/diagnosis.ts";
import { type Finding, findingLine, summaryLine } from "./doctor/findings.ts";
import { CHECK_WITHIN_MS, within } from "./within.ts";
import { type Environment, PROXY_VARIABLES, readEnvironment } from "./environment.ts";
import { freeBytes } from "./upkeep/free_space.ts";
import { resolveHost } from "../crm/connection.ts";
import { createMask } from "../log/mask.ts";
import { VERSION } from "../version.ts";

/** For a `.env` that never ends, such as a pipe. */
const UNREAD: Environment = {
  hasFile: true,
  fault: "файл не читается за 10 секунд",
  variables: {},
  secret: () => undefined,
  warnings: [],
  isOpenToOthers: false,
};

/** Prints the findings; resolves with the exit code: 1 if anything does not work. */
export async function doctor(args: readonly string[]): Promise<number> {
  if (args.some((arg) => arg !== "--")) {
    console.error("❌ Как пользоваться: deno task doctor");
    return 1;
  }
  const mask = createMask();
  const lookup = (name: string) => Deno.env.get(name);
  console.log(`Triborg ${VERSION}, Deno ${Deno.version.deno}`);
  const found = diagnose({
    environment: await within(readEnvironment(lookup), CHECK_WITHIN_MS, () => UNREAD),
    lookup,
    resolveHost,
    freeBytes,
    isProxied: PROXY_VARIABLES.some((name) => Boolean(lookup(name))),
    mask,
    now: Date.now,
  });
  const findings: Finding[] = [];
  for await (const finding of found) {
    findings.push(finding);
    console.log(findingLine(finding, mask));
  }
  console.log(summaryLine(findings));
  return findings.some(({ mark }) => mark === "fault") ? 1 : 0;
}

if (import.meta.main) Deno.exit(await doctor(Deno.args));
