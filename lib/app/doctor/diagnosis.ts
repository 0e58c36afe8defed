// Everything that the doctor looks at, side by side where one look does not need another. Changes nothing that lasts.

import { SECRET_VARIABLES, secretsOf } from "../config.ts";
import type { Environment } from "../environment.ts";
import type { Lookup } from "../../crm/connection.ts";
import { hideSecret, secretNamesOf } from "../../crm/secrets.ts";
import { messageOf } from "../../log/error_words.ts";
import type { Mask } from "../../log/mask.ts";
import { createPhotoStore } from "../../profiles/photos/store.ts";
import { chatsOf, lookAtChats, ownChatsOf } from "./chats.ts";
import { lookAtCrms, lookAtSecrets } from "./crms.ts";
import { lookAtFolder } from "./data_folder.ts";
import { type DatabaseLook, lookAtDatabase, lookAtSharedProfiles } from "./database.ts";
import { type Finding, findingsOf } from "./findings.ts";
import { lookAtCopies, lookAtJournal } from "./journal.ts";
import { lookAtPort, lookAtPublicUrl } from "./page.ts";
import { lookAtProfiles, type ProfilesLook } from "./profiles.ts";
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
  const shared = database === null ? undefined : lookAtDatabase(database);
  const reading = within(
    shared === undefined
      ? lookAtProfiles(localesPath, hasPhoto)
      : shared.then((look) => lookAtSharedProfiles(look, localesPath, hasPhoto)),
    CHECK_WITHIN_MS,
    () => ({
      profiles: null,
      findings: [findingsOf("Профили").fault(`${localesPath}: диск не отвечает`)],
    }),
  );
  const chapters = [
    chapter(
      "Прокси",
      withDeadline(CHECK_WITHIN_MS, async (signal) => [
        await lookAtProxy(options.lookup, signal),
      ]),
    ),
    chapter("Telegram", lookAtTelegram(settings, reading, options)),
    chapter("Данные", lookAtData(settings, { reading, shared }, options)),
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
  { reading, shared }: {
    readonly reading: Promise<ProfilesLook>;
    /** Undefined where the journal is a file. */
    readonly shared: Promise<DatabaseLook> | undefined;
  },
  options: DoctorOptions,
): Promise<Finding[]> {
  const { environment, mask, resolveHost, caCerts } = options;
  const { faulty } = settings;
  const looking = faulty.has("DATABASE_URL") || faulty.has("PG_SCHEMA")
    ? UNKNOWN_STORAGE
    : shared === undefined
    ? lookAtFile(settings, options)
    : lookAtShared(shared);
  const [{ isRunning, kept, findings }, read] = await Promise.all([looking, reading]);
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
  /** Whether a bot works on it on this machine; undefined where that is not known. */
  readonly isRunning: boolean | undefined;
  /** What was typed on the page in place of `SECRET_…`. */
  readonly kept: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

const UNKNOWN_STORAGE: StorageLook = {
  isRunning: undefined,
  kept: new Map(),
  findings: [findingsOf("База данных").unknown("не проверить, пока настройки с ошибкой")],
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

/** Nothing of it is in the data folder. */
async function lookAtShared(shared: Promise<DatabaseLook>): Promise<StorageLook> {
  const { look, findings } = await shared;
  return { isRunning: undefined, kept: look?.kept?.secrets ?? new Map(), findings };
}

function hideAll({ config }: Settings, { variables }: Environment, mask: Mask): void {
  for (const secret of secretsOf(config)) mask.hide(secret);
  // One with a fault is a secret all the same.
  for (const name of SECRET_VARIABLES) mask.hide(variables[name]?.trim() ?? "");
}
