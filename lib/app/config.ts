// Environment record → frozen configuration, or every fault at once. Reads no file, prints no secret.

import { LOG_LEVELS, type LogFormat, type LogLevel } from "../log/log.ts";
import type { Webhook } from "../telegram/webhook.ts";
import type { WorkHours } from "../work_hours.ts";
import {
  CHAT_ID_WANTED,
  parseApiRoot,
  parseChatId,
  parseFlag,
  parseHost,
  parseHours,
  parseOrigin,
  parseSeconds,
  parseSecret,
  parseTimeZone,
  parseToken,
  parseWhole,
  parseWord,
} from "./config_values.ts";
import {
  databaseAt,
  type DatabaseConfig,
  DEFAULT_SCHEMA,
  parseDatabaseUrl,
  parseSchema,
  SCHEMA_ALONE,
  secretsOf as secretsOfDatabase,
} from "./database_config.ts";
import { parseWebhookSecret, parseWebhookUrl, readWebhook } from "./webhook_config.ts";

/** The public Bot API; `TELEGRAM_API_ROOT` names another server, such as a local one. */
export const PUBLIC_API_ROOT = "https://api.telegram.org";

/** Every variable the bot reads. */
export const VARIABLES = [
  "BOT_TOKEN",
  "ADMIN_CHAT_ID",
  "TELEGRAM_API_ROOT",
  "WEBHOOK_URL",
  "WEBHOOK_SECRET",
  "AMOCRM_API_ROOT",
  "LOCALES_PATH",
  "DATA_DIR",
  "DATABASE_URL",
  "PG_SCHEMA",
  "HOST",
  "PORT",
  "CRM_TIMEOUT_SECONDS",
  "LOG_FORMAT",
  "LOG_LEVEL",
  "ADMIN_PASSWORD",
  "PUBLIC_URL",
  "TRUST_PROXY",
  "METRICS_TOKEN",
  "ALERT_CHAT_ID",
  "ADMIN_TOPIC_ID",
  "RETENTION_DAYS",
  "REPEAT_WINDOW_MINUTES",
  "TELEGRAM_MESSAGES_PER_SECOND",
  "REMIND_AFTER_MINUTES",
  "WORK_HOURS",
  "TZ",
  "OTEL_DENO",
  "OTEL_DENO_TRACING",
] as const;

/** A secret that profiles name is the variable with this prefix and the name in upper case. */
export const SECRET_PREFIX = "SECRET_";

export type Variable = typeof VARIABLES[number];

/** Those whose values must appear nowhere. */
export const SECRET_VARIABLES: readonly Variable[] = [
  "BOT_TOKEN",
  "ADMIN_PASSWORD",
  "METRICS_TOKEN",
  "WEBHOOK_SECRET",
  "DATABASE_URL",
];

export interface Config {
  readonly botToken: string;
  /** The managers' chat; groups and supergroups have negative ids. */
  readonly adminChatId: number;
  /** Without a trailing slash. */
  readonly telegramApiRoot: string;
  /** Where Telegram sends updates; null to poll for them. */
  readonly webhook: Webhook | null;
  /** Where calls to amoCRM go instead of the accounts' hosts, without a trailing slash; null outside tests and proxies. */
  readonly amoCrmApiRoot: string | null;
  readonly localesPath: string;
  readonly dataDir: string;
  /** The journal's place in PostgreSQL; null for a file in `dataDir`. */
  readonly database: DatabaseConfig | null;
  readonly host: string;
  readonly port: number;
  readonly crmTimeoutMs: number;
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
  /** Second way to log in, beside a link from the managers' chat; at least 12 characters. */
  readonly adminPassword: string | null;
  /** Public origin of the page behind a proxy; without a trailing slash. */
  readonly publicUrl: string | null;
  /** Whether X-Forwarded-For is trusted. */
  readonly trustProxy: boolean;
  /** Enables `/metrics` and guards it. */
  readonly metricsToken: string | null;
  /** Gets the cards when the managers' chat fails. */
  readonly alertChatId: number | null;
  /** Forum topic that cards are sent to. */
  readonly adminTopicId: number | null;
  /** Days after which personal data of closed leads are erased. */
  readonly retentionDays: number;
  /** Window in which a repeated choice is the same lead, in ms; 0 makes each press a lead. */
  readonly repeatWindowMs: number;
  /** Most messages a second to Telegram; 0 for a Bot API server without limits. */
  readonly messagesPerSecond: number;
  /** How long a card may wait for a manager before the chat is reminded, in ms; 0 for no reminders. */
  readonly remindAfterMs: number;
  /** When reminders may come; outside of them a confirmation has the after-hours text. Empty for always. */
  readonly workHours: WorkHours;
  /** Whether Deno's OpenTelemetry exporter is on; it gets the bot's own spans and metrics. */
  readonly telemetry: boolean;
  /** IANA time zone of the managers' days and of the daily line. */
  readonly timeZone: string;
}

/** What is wrong with one variable: found and wanted, without a secret. */
export interface ConfigFault {
  readonly variable: Variable;
  readonly message: string;
}

export type ConfigResult =
  | {
    readonly ok: true;
    readonly config: Config;
    /** A sentence for each variable that is right and has no effect. */
    readonly warnings: readonly string[];
  }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

/** Reads the configuration. A variable that is empty or blank counts as not set. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const faults: ConfigFault[] = [];
  const read = <T>(variable: Variable, parse: (text: string) => T, otherwise?: T): T => {
    const text = env[variable]?.trim() ?? "";
    try {
      if (text !== "") return parse(text);
      if (otherwise !== undefined) return otherwise;
      throw new SyntaxError(`не задана, ${REQUIRED[variable] ?? "нужно значение"}`);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      faults.push({ variable, message: error.message });
      return undefined as never; // Never used: a fault prevents the config.
    }
  };

  const botToken = read("BOT_TOKEN", parseToken);
  const adminChatId = read("ADMIN_CHAT_ID", parseChatId);
  const telegramApiRoot = read("TELEGRAM_API_ROOT", parseApiRoot, PUBLIC_API_ROOT);
  const isLocalServer = telegramApiRoot !== PUBLIC_API_ROOT;
  const config: Config = {
    botToken,
    adminChatId,
    telegramApiRoot,
    webhook: readWebhook(
      read("WEBHOOK_URL", (text) => parseWebhookUrl(text, botToken, isLocalServer), null),
      read("WEBHOOK_SECRET", parseWebhookSecret, null),
    ),
    amoCrmApiRoot: read("AMOCRM_API_ROOT", parseApiRoot, null),
    localesPath: read("LOCALES_PATH", String, "locales/locales.json"),
    dataDir: read("DATA_DIR", String, "data"),
    database: databaseAt(
      read("DATABASE_URL", parseDatabaseUrl, null),
      read("PG_SCHEMA", parseSchema, DEFAULT_SCHEMA),
    ),
    host: read("HOST", parseHost, "127.0.0.1"),
    port: read("PORT", (text) => parseWhole(text, 0, 65_535), 8000),
    crmTimeoutMs: read("CRM_TIMEOUT_SECONDS", (text) => parseSeconds(text) * 1000, 10_000),
    logFormat: read("LOG_FORMAT", (text) => parseWord(text, ["text", "json"]), "text"),
    logLevel: read("LOG_LEVEL", (text) => parseWord(text, LOG_LEVELS), "info"),
    adminPassword: read("ADMIN_PASSWORD", (text) => parseSecret(text, 12), null),
    publicUrl: read("PUBLIC_URL", parseOrigin, null),
    trustProxy: read("TRUST_PROXY", parseFlag, false),
    metricsToken: read("METRICS_TOKEN", (text) => parseSecret(text, 12), null),
    alertChatId: read("ALERT_CHAT_ID", parseChatId, null),
    adminTopicId: read("ADMIN_TOPIC_ID", (text) => parseWhole(text, 1, 2 ** 31 - 1), null),
    retentionDays: read("RETENTION_DAYS", (text) => parseWhole(text, 1, 36_500), 180),
    repeatWindowMs: read(
      "REPEAT_WINDOW_MINUTES",
      (text) => parseWhole(text, 0, 1440) * 60_000,
      10 * 60_000,
    ),
    messagesPerSecond: read(
      "TELEGRAM_MESSAGES_PER_SECOND",
      (text) => parseWhole(text, 0, 1000),
      30,
    ),
    remindAfterMs: read(
      "REMIND_AFTER_MINUTES",
      (text) => parseWhole(text, 0, 1440) * 60_000,
      30 * 60_000,
    ),
    workHours: read("WORK_HOURS", parseHours, []),
    telemetry: isTelemetryOn(env),
    timeZone: read("TZ", parseTimeZone, "Europe/Moscow"),
  };
  faults.push(...halfWebhookFaults(env));
  const tracing = tracingFault(env);
  if (tracing !== null) faults.push(tracing);
  if (faults.length > 0) return { ok: false, faults };
  const isSchemaAlone = config.database === null && (env["PG_SCHEMA"]?.trim() ?? "") !== "";
  const warnings = isSchemaAlone ? [SCHEMA_ALONE] : [];
  return { ok: true, config: Object.freeze(config), warnings };
}

/** What must appear in no log line and on no page. */
export function secretsOf(config: Config): string[] {
  const { botToken, adminPassword, metricsToken, webhook, database } = config;
  return [
    ...[botToken, adminPassword, metricsToken, webhook?.secret ?? null],
    ...database === null ? [] : secretsOfDatabase(database),
  ].filter((secret) => secret !== null);
}

/** One of the two alone would be a bot that polls although it was to have a webhook. */
function halfWebhookFaults(env: Readonly<Record<string, string | undefined>>): ConfigFault[] {
  const pair: readonly Variable[] = ["WEBHOOK_URL", "WEBHOOK_SECRET"];
  const missing = pair.filter((variable) => (env[variable]?.trim() ?? "") === "");
  if (missing.length !== 1) return [];
  const [given] = pair.filter((variable) => !missing.includes(variable));
  return missing.map((variable) => ({
    variable,
    message: `не задана, а ${given} задана: нужны обе, или ни одной`,
  }));
}

/** Refused, because Deno's fetch spans hold whole addresses, and the Bot API's hold the token (https://docs.deno.com/runtime/fundamentals/open_telemetry/). */
function tracingFault(env: Readonly<Record<string, string | undefined>>): ConfigFault | null {
  const withoutTracing = env["OTEL_DENO_TRACING"]?.trim().toLowerCase() === "false";
  if (!isTelemetryOn(env) || withoutTracing) return null;
  return {
    variable: "OTEL_DENO_TRACING",
    message: "при OTEL_DENO=true трассы Deno выдали бы токен и адреса вебхуков, нужно false; " +
      "трассы самого бота отправляются и так",
  };
}

/** As Deno reads it. */
function isTelemetryOn(env: Readonly<Record<string, string | undefined>>): boolean {
  return /^(1|true)$/i.test(env["OTEL_DENO"]?.trim() ?? "");
}

const REQUIRED: Partial<Record<Variable, string>> = {
  BOT_TOKEN: "нужен токен бота от @BotFather",
  ADMIN_CHAT_ID: CHAT_ID_WANTED,
};
