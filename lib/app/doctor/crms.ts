// The doctor's look at the CRMs that profiles name, and at their secrets. Creates nothing there.

import { readToken } from "../../crm/amocrm/token.ts";
import { createAmoCrmLook, type LookIntoAmoCrm } from "../../crm/amocrm/look.ts";
import { type Lookup } from "../../crm/connection.ts";
import { type Reach, reachHost } from "../../crm/reach.ts";
import { type FindSecret, secretNamesOf } from "../../crm/secrets.ts";
import { dayAndTime } from "../../calendar.ts";
import type { Log } from "../../log/log.ts";
import { NO_SPANS } from "../../log/spans.ts";
import type { Mask } from "../../log/mask.ts";
import type { Config } from "../config.ts";
import { missingSecret } from "../../profiles/secret_reference.ts";
import type { Profile, Profiles } from "../../profiles/profile.ts";
import { CRM } from "../../../routes/words/crm.ts";
import { type Finding, findingsOf, shortened } from "./findings.ts";
import { CHECK_WITHIN_MS, withDeadline } from "../within.ts";

/** How the doctor reaches CRMs. */
export interface CrmOptions {
  readonly config: Pick<Config, "amoCrmApiRoot" | "timeZone">;
  readonly secret: FindSecret;
  /** Whether https leaves by a proxy, which then connects in the bot's place. */
  readonly isProxied: boolean;
  readonly lookup: Lookup;
  readonly mask: Mask;
  readonly now: () => number;
  /** Trusted beside the system's certificates, PEM; for tests. */
  readonly caCerts?: readonly string[];
}

/** Hosts that are looked at side by side. */
const MOST_AT_ONCE = 16;

/** Time for all CRMs together, in ms. */
const ALL_WITHIN_MS = 15_000;

/** Days before a token's end from which it is warned of, as the managers' chat is. */
const WARNED_MS = 30 * 24 * 60 * 60_000;

/** Whether the secrets that profiles name are there. */
export function lookAtSecrets({ byKey }: Profiles, secret: FindSecret): Finding[] {
  const { good, fault } = findingsOf("Секреты");
  const missing: Finding[] = [];
  let named = 0;
  for (const { key, crm } of byKey.values()) {
    for (const name of secretNamesOf(crm)) {
      named += 1;
      if (!secret(name)) missing.push(fault(`${key}: ${missingSecret(name)}`));
    }
  }
  if (missing.length > 0) return [...shortened(missing)];
  return named === 0 ? [] : [good("все, что называют профили, заданы")];
}

/** Connects to each CRM's host; reads the account of each amoCRM. */
export async function lookAtCrms(profiles: Profiles, options: CrmOptions): Promise<Finding[]> {
  const { unknown } = findingsOf("CRM");
  const targets = targetsOf(profiles);
  if (targets.length === 0) return [unknown("ни у одного профиля её нет, лиды идут в чат")];
  const lookIntoAmoCrm = createAmoCrmLook({
    ...options,
    root: options.config.amoCrmApiRoot,
    turn: (_, call) => call(), // Three calls one after another keep below amoCRM's seven a second.
    log: SILENT,
  });
  const findings: Finding[][] = targets.map((
    { host },
  ) => [unknown(`${host}: не успели проверить`)]);
  await withDeadline(ALL_WITHIN_MS, async (signal) => {
    let next = 0;
    const work = async () => {
      for (let at = next++; at < targets.length && !signal.aborted; at = next++) {
        const target = targets[at];
        if (target === undefined) return;
        findings[at] = await withDeadline(CHECK_WITHIN_MS, (own) => {
          const either = AbortSignal.any([signal, own]);
          return "account" in target
            ? lookAtAccount(target, lookIntoAmoCrm, options, either)
            : lookAtHost(target, options, either).then((finding) => [finding]);
        });
      }
    };
    await Promise.all(Array.from({ length: MOST_AT_ONCE }, work));
  });
  return [...shortened(findings.flat())];
}

interface Host {
  readonly host: string;
  readonly url: URL;
  readonly profiles: readonly string[];
}

interface Account {
  readonly host: string;
  readonly account: string;
  readonly tokenSecret: string;
  readonly profiles: readonly string[];
}

/** Each host and each account with its token once. */
function targetsOf({ byKey }: Profiles): (Host | Account)[] {
  const targets = new Map<string, Host | Account>();
  for (const profile of byKey.values()) {
    const target = targetOf(profile);
    if (target === null) continue;
    const name = "account" in target
      ? `${target.account} ${target.tokenSecret}`
      : target.url.origin;
    const profiles = [...targets.get(name)?.profiles ?? [], profile.key];
    targets.set(name, { ...target, profiles });
  }
  return [...targets.values()];
}

function targetOf({ key, crm, webhook }: Profile): Host | Account | null {
  if (crm?.kind === "amocrm") {
    const { account, tokenSecret } = crm;
    return { host: account, account, tokenSecret, profiles: [key] };
  }
  if (crm?.kind === "faulty" || webhook === null || webhook.fault !== null) return null;
  const url = URL.parse(webhook.url);
  return url === null ? null : { host: url.host, url, profiles: [key] };
}

async function lookAtHost(
  { host, url, profiles }: Host,
  { isProxied, lookup, caCerts }: CrmOptions,
  signal: AbortSignal,
): Promise<Finding> {
  const { good, fault, unknown } = findingsOf("CRM");
  const whose = namesOf(profiles);
  if (isProxied && url.protocol === "https:") {
    return unknown(`${host}: вызовы уходят через прокси, соединится он (${whose})`);
  }
  const reach = await reachHost(url, { lookup, signal, ...caCerts && { caCerts } });
  if (reach.kind === "reached") {
    return good(`${host}: соединяется, запросов доктор не шлёт (${whose})`);
  }
  return fault(`${host}: ${reachWords(reach)} (${whose})`);
}

function reachWords(reach: Exclude<Reach, { kind: "reached" }>): string {
  switch (reach.kind) {
    case "forbidden":
      return "ведёт на служебный адрес машины, CRM на нём не бывает: исправьте адрес вебхука";
    case "unknown_host":
      return "имени нет в DNS: проверьте адрес вебхука и сеть сервера";
    case "unconnected":
      return `не соединиться (${reach.reason}): проверьте адрес, порт и сеть`;
    case "untrusted":
      return `соединение есть, а TLS не удался (${reach.reason}): проверьте сертификат CRM`;
    case "timeout":
      return "не соединиться за 10 секунд: проверьте сеть, DNS и межсетевой экран";
    default:
      return reach satisfies never;
  }
}

async function lookAtAccount(
  { account, tokenSecret, profiles }: Account,
  look: LookIntoAmoCrm,
  { secret, config, now }: CrmOptions,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { good, warning, fault, unknown } = findingsOf("CRM");
  const whose = namesOf(profiles);
  const token = secret(tokenSecret);
  if (!token) return [unknown(`${account}: не проверить без секрета ${tokenSecret} (${whose})`)];
  const found = await look({ account, token }, signal);
  if (found.kind === "fault") {
    const kind = signal.aborted ? "timeout" : found.fault;
    const words = CRM.ru.look[kind];
    const sentence = words.endsWith(".") ? words.slice(0, -1) : words;
    return [fault(`${account}: ${sentence} (${whose})`)];
  }
  const findings = [
    good(`${account}: аккаунт «${found.account}» прочитан, токен принят (${whose})`),
  ];
  const life = readToken(token);
  const endsAtMs = "fault" in life ? null : life.endsAtMs;
  if (endsAtMs !== null && endsAtMs - now() < WARNED_MS) {
    const end = dayAndTime(endsAtMs, now(), config.timeZone);
    findings.push(
      warning(`${account}: токен закончится ${end}, выпустите новый заранее (${whose})`),
    );
  }
  return findings;
}

/** Most profiles that are named. */
const MOST_NAMES = 5;

function namesOf(profiles: readonly string[]): string {
  const left = profiles.length - MOST_NAMES;
  const more = left > 0 ? ` и ещё ${left}` : "";
  return `${profiles.slice(0, MOST_NAMES).join(", ")}${more}`;
}

const SILENT: Log = { ...NO_SPANS, debug() {}, info() {}, warn() {}, error() {} };
