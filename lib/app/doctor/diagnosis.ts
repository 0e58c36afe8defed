// Everything that the doctor looks at, side by side where one look does not need another. Changes nothing that lasts.

import { SECRET_VARIABLES, secretsOf } from "../config.ts";
import type { DatabaseConfig } from "../database_config.ts";
import type { Environment } from "../environment.ts";
import type { Lookup } from "../../crm/connection.ts";
import { hideSecret, secretNamesOf } from "../../crm/secrets.ts";
import type { DatabaseLook } from "../../journal/postgres/database_look.ts";
import { messageOf } from "../../log/error_words.ts";
import type { Mask } from "../../log/mask.ts";
import { createPhotoStore } from "../../profiles/photos/store.ts";
import { chatsOf, lookAtChats, ownChatsOf } from "./chats.ts";
import { lookAtCrms, lookAtSecrets } from "./crms.ts";
import { lookAtDatabase } from "./database.ts";
import { lookAtFolder } from "./data_folder.ts";
import { type Finding, findingsOf } from "./findings.ts";
import { lookAtCopies, lookAtJournal } from "./journal.ts";
import { lookAtPort, lookAtPublicUrl } from "./page.ts";
import { lookAtProfiles, type ProfilesLook } from "./profiles.ts";
import { lookAtSharedProfiles } from "./shared_profiles.ts";
import { lookAtProxy } from "./proxy.ts";
import { lookAtSettings, type Settings } from "./settings.ts";
import { lookAtClock, lookAtToken, lookAtUpdates } from "./telegram.ts";
import { CHECK_WITHIN_MS, withDeadline, within } from "../within.ts";

/** What the doctor takes from the machine. */
export interface DoctorOptions {
  readonly environment: Environment;
  /** A variable of the process's environment. */
  readonly lookup: (name: string) => string | undefined;
  readonly resolveHost: Lookup;
  readonly freeBytes: (folder: string) => Promise<number | undefined>;
  readonly isProxied: boolean;
  readonly mask: Mask;
  readonly now: () => number;
  /** Trusted beside the system's certificates, PEM; for tests. */
  readonly caCerts?: readonly string[];
}

/** Longest time for everything, in ms. */
const ALL_WITHIN_MS = 28_000;

/** Looks at everything at once, and tells each finding when those before it are told. Never throws. */
export async function* diagnose(options: DoctorOptions): AsyncGenerator<Finding> {
  const { environment, mask } = options;
  const { settings, findings } = lookAtSettings(environment);
  hideAll(settings, environment, mask);
  const { localesPath, dataDir, database } = settings.config;
  const { has: hasPhoto } = createPhotoStore(dataDir, options.now);
  const isKnown = !settings.faulty.has("DATABASE_URL") && !settings.faulty.has("PG_SCHEMA");
  const shared = database !== null && isKnown ? lookAtShared(database) : undefined;
  const reading = within(
    shared === undefined
      ? lookAtProfiles(localesPath, hasPhoto)
      : shared.then(({ look }) => lookAtSharedProfiles(look, localesPath, hasPhoto)),
    2 * CHECK_WITHIN_MS,
    () => ({
      profiles: null,
      findings: [findingsOf("Профили").fault(`${localesPath}: диск не отвечает`)],
    }),
  );
  const storage = shared ?? (isKnown ? lookAtFile(settings, options) : UNKNOWN_STORAGE);
  const chapters = [
    chapter(
      "Прокси",
      withDeadline(CHECK_WITHIN_MS, async (signal) => [
        await lookAtProxy(options.lookup, signal),
      ]),
    ),
    chapter("Telegram", lookAtTelegram(settings, reading, options)),
    chapter("Данные", lookAtData(settings, { reading, storage }, options)),
  ];
  yield* findings;
  for (const each of chapters) yield* await each;
}

/** A defect or an endless wait in one chapter leaves the others readable. */
async function chapter(
  what: string,
  work: Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const { fault } = findingsOf(what);
  try {
    const late = () => [fault("нет ответа: диск или сеть не отвечают")];
    return await within(work, ALL_WITHIN_MS, late);
  } catch (error) {
    return [fault(`проверка не удалась: ${messageOf(error)}`)];
  }
}

async function lookAtTelegram(
  settings: Settings,
  reading: Promise<ProfilesLook>,
  { now }: DoctorOptions,
): Promise<Finding[]> {
  const [token, clock] = await Promise.all([
    lookAtToken(settings),
    withDeadline(CHECK_WITHIN_MS, (signal) => lookAtClock(settings, now, signal)),
  ]);
  const { profiles } = await reading;
  const [updates, chats] = await Promise.all([
    lookAtUpdates(settings, token.botId),
    lookAtChats(settings, [...chatsOf(settings), ...ownChatsOf(profiles)], token.botId),
  ]);
  return [...token.findings, clock, ...updates, ...chats];
}

async function lookAtData(
  settings: Settings,
  { reading, storage }: {
    readonly reading: Promise<ProfilesLook>;
    readonly storage: Promise<StorageLook> | StorageLook;
  },
  options: DoctorOptions,
): Promise<Finding[]> {
  const { environment, mask, resolveHost, caCerts } = options;
  const [{ isRunning, kept, findings }, read] = await Promise.all([storage, reading]);
  for (const value of kept.values()) hideSecret(value, mask);
  const secret = (name: string) => environment.secret(name) ?? kept.get(name);
  const { profiles } = read;
  for (const { webhook, crm } of profiles?.byKey.values() ?? []) {
    if (webhook !== null) mask.hideWebhook(webhook.url);
    for (const name of secretNamesOf(crm)) hideSecret(secret(name) ?? "", mask);
  }
  const [crms, port, publicUrl] = await Promise.all([
    profiles === null
      ? [findingsOf("CRM").unknown("не проверить, пока locales.json с ошибкой")]
      : lookAtCrms(profiles, { ...options, ...settings, secret, lookup: resolveHost }),
    withDeadline(CHECK_WITHIN_MS, (signal) => lookAtPort(settings, isRunning, signal)),
    withDeadline(
      CHECK_WITHIN_MS,
      (signal) => lookAtPublicUrl(settings, isRunning, signal, caCerts),
    ),
  ]);
  return [
    ...read.findings,
    ...profiles === null ? [] : lookAtSecrets(profiles, secret),
    ...crms,
    ...findings,
    ...port,
    publicUrl,
  ];
}

/** Where the journal is. */
interface StorageLook {
  /** Whether a bot works on it; undefined where that is not known. */
  readonly isRunning: boolean | undefined;
  /** What was typed on the page in place of `SECRET_…`. */
  readonly kept: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

const UNKNOWN_STORAGE: StorageLook = {
  isRunning: undefined,
  kept: new Map(),
  findings: [findingsOf("Журнал").unknown("не проверить, пока настройки с ошибкой")],
};

async function lookAtFile(
  { config: { dataDir, timeZone } }: Settings,
  { now, freeBytes }: DoctorOptions,
): Promise<StorageLook> {
  const late = () => ({
    isRunning: undefined,
    isThere: false,
    isWritable: false,
    findings: [findingsOf("Папка данных").fault(`${dataDir}: диск не отвечает`)],
  });
  const folder = await within(lookAtFolder(dataDir, freeBytes), CHECK_WITHIN_MS, late);
  const { isRunning, isThere } = folder;
  const { look, finding: journal } = lookAtJournal(dataDir, folder);
  const hasJournal = look.kind !== "missing";
  const copies = await within(
    lookAtCopies(dataDir, { nowMs: now(), timeZone, isThere, hasJournal }),
    CHECK_WITHIN_MS,
    () => findingsOf("Копии журнала").unknown("диск не отвечает"),
  );
  return {
    isRunning,
    kept: look.kind === "good" ? look.secrets : new Map(),
    findings: [...folder.findings, journal, copies],
  };
}

/** Which of its processes is on this machine is not known. */
async function lookAtShared(
  database: DatabaseConfig,
): Promise<StorageLook & { readonly look: DatabaseLook | undefined }> {
  const late = () => ({
    look: undefined,
    findings: [findingsOf("Журнал").fault("PostgreSQL не отвечает")],
  });
  const { look, findings } = await within(
    lookAtDatabase(database),
    CHECK_WITHIN_MS,
    late,
  );
  return { isRunning: undefined, kept: look?.secrets ?? new Map(), findings, look };
}

function hideAll({ config }: Settings, { variables }: Environment, mask: Mask): void {
  for (const secret of secretsOf(config)) mask.hide(secret);
  // One with a fault is a secret all the same.
  for (const name of SECRET_VARIABLES) mask.hide(variables[name]?.trim() ?? "");
}
