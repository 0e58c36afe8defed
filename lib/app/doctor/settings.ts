// The doctor's look at `.env` and the variables. What is wrong with one of them does not keep the others from being used.

import { type Config, type ConfigFault, readConfig, type Variable } from "../config.ts";
import { type Environment, isUnset, NO_FILE } from "../environment.ts";
import { type Finding, findingsOf } from "./findings.ts";

/** The configuration as far as it can be used. */
export interface Settings {
  /** A variable with a fault has its default here, or a value that means nothing. */
  readonly config: Config;
  /** The variables with a fault. */
  readonly faulty: ReadonlySet<Variable>;
}

/** In place of required variables and of those whose default is a fault. */
const STAND_INS: Readonly<Partial<Record<Variable, string>>> = {
  BOT_TOKEN: "0:none",
  ADMIN_CHAT_ID: "-1",
  OTEL_DENO_TRACING: "false",
};

const PAIR: readonly Variable[] = ["WEBHOOK_URL", "WEBHOOK_SECRET"];

/** Reads the configuration, and says what is wrong with it. */
export function lookAtSettings(
  environment: Environment,
): { readonly settings: Settings; readonly findings: readonly Finding[] } {
  const { variables, hasFile, fault, warnings, isOpenToOthers } = environment;
  const { good, warning, fault: found } = findingsOf("Настройки");
  const result = readConfig(variables);
  const faults = result.ok ? [] : result.faults;
  // What stands in a file that cannot be read is not missing.
  const told = fault === null ? faults : faults.filter((each) => !isUnset(each));
  const findings = [
    ...(fault === null ? [] : [found(`.env: ${fault}`)]),
    ...(isOpenToOthers
      ? [warning(".env с токеном могут читать другие пользователи сервера: chmod 600 .env")]
      : []),
    ...[...warnings, ...result.ok ? result.warnings : []].map((text) => warning(text)),
    ...told.map(({ variable, message }) => found(`${variable}: ${message}`)),
  ];
  if (!hasFile && faults.some(isUnset)) findings.push(found(NO_FILE));
  if (findings.length === 0) {
    findings.push(good(hasFile ? ".env прочитан, ошибок нет" : "заданы окружением, .env нет"));
  }
  const config = result.ok ? result.config : withStandIns(variables, faults);
  return { settings: { config, faulty: new Set(faults.map((each) => each.variable)) }, findings };
}

function withStandIns(
  variables: Environment["variables"],
  faults: readonly ConfigFault[],
): Config {
  const usable = { ...variables };
  for (const { variable } of faults) {
    usable[variable] = STAND_INS[variable];
    // One of these alone is a fault too.
    if (PAIR.includes(variable)) { for (const each of PAIR) usable[each] = undefined; }
  }
  const result = readConfig(usable);
  if (!result.ok) throw new TypeError("Stand-ins leave a fault");
  return result.config;
}
