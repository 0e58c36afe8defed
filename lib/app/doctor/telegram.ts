// The doctor's look at the bot's token, and at this machine's clock beside Telegram's.

import type { Settings } from "./settings.ts";
import { type Finding, findingsOf } from "./findings.ts";
import { createApi } from "../../telegram/client.ts";
import { describeError, failureOf } from "../../telegram/failures.ts";
import { readWebhookInfo, type WebhookInfo } from "../../telegram/webhook.ts";
import { serverMoment } from "../../telegram/server_clock.ts";

/** How long a call to Telegram may take, in s. */
export const CALL_SECONDS = 9;

/** Further from Telegram's clock, in ms, dates of leads and the night's work would be noticeably wrong. */
const MOST_OFF_MS = 30_000;

/** The bot's own id where Telegram takes the token, else null. */
export interface TokenLook {
  readonly botId: number | null;
  readonly findings: readonly Finding[];
}

/** Whether Telegram takes the token. Calls getMe alone, so that a running bot goes on polling. */
export async function lookAtToken({ config, faulty }: Settings): Promise<TokenLook> {
  const { good, fault, unknown } = findingsOf("Токен");
  if (faulty.has("BOT_TOKEN") || faulty.has("TELEGRAM_API_ROOT")) {
    return { botId: null, findings: [unknown("не проверить, пока настройки с ошибкой")] };
  }
  const { botToken: token, telegramApiRoot: apiRoot } = config;
  try {
    const { id, username } = await createApi({ token, apiRoot, timeoutSeconds: CALL_SECONDS })
      .getMe();
    return { botId: id, findings: [good(`принят, это бот @${username}`)] };
  } catch (error) {
    const text = failureOf(error)?.kind === "unauthorized"
      ? "Telegram не принимает BOT_TOKEN: возьмите токен у @BotFather и впишите его целиком"
      : `${describeError(error)}: проверьте сеть, прокси и TELEGRAM_API_ROOT`;
    return { botId: null, findings: [fault(text)] };
  }
}

/** How updates come from Telegram: by a webhook where one is configured, else the bot asks for them. */
export async function lookAtUpdates(
  { config }: Settings,
  botId: number | null,
): Promise<Finding[]> {
  if (botId === null) return [];
  const { good, warning, fault, unknown } = findingsOf("Обновления");
  const { botToken: token, telegramApiRoot: apiRoot, webhook } = config;
  let info: WebhookInfo;
  try {
    const api = createApi({ token, apiRoot, timeoutSeconds: CALL_SECONDS });
    info = readWebhookInfo(await api.getWebhookInfo());
  } catch (error) {
    return [unknown(`не узнать, стоит ли вебхук: ${describeError(error)}`)];
  }
  const { url, pending, lastError } = info;
  const isSet = typeof url === "string" && url !== "";
  if (webhook === null) {
    return isSet
      ? [warning("у бота стоит вебхук другой программы, старт снимет его: остановите её")]
      : [good("бот забирает их сам, вебхука нет")];
  }
  if (url !== webhook.url) return [warning("вебхук ещё не на WEBHOOK_URL: его ставит старт бота")];
  return pending > 0 && lastError !== undefined
    ? [fault(`Telegram не передаёт их на WEBHOOK_URL (${lastError.cause}), ждут: ${pending}`)]
    : [good(`приходят на WEBHOOK_URL, ждут: ${pending}`)];
}

/** How far this machine's clock is from Telegram's. */
export async function lookAtClock(
  { config, faulty }: Settings,
  now: () => number,
  signal: AbortSignal,
): Promise<Finding> {
  const { good, fault, unknown } = findingsOf("Часы");
  if (faulty.has("TELEGRAM_API_ROOT")) return unknown("не сверить, пока настройки с ошибкой");
  const { botToken: token, telegramApiRoot: apiRoot } = config;
  let serverMs: number | undefined;
  const askedAtMs = now();
  try {
    serverMs = await serverMoment({ token, apiRoot }, signal);
  } catch {
    return unknown("не сверить: Telegram не отвечает");
  }
  if (serverMs === undefined) return unknown("не сверить: Telegram не назвал времени");
  const offMs = offBy(serverMs, askedAtMs, now());
  if (Math.abs(offMs) <= MOST_OFF_MS) return good("идут как у Telegram");
  const seconds = Math.round(Math.abs(offMs) / 1000);
  return fault(
    `${
      offMs > 0 ? "спешат" : "отстают"
    } на ${seconds} с от часов Telegram: включите на сервере NTP (timedatectl set-ntp true)`,
  );
}

/** A header's second lasts until the next; between question and answer any moment may be meant. */
function offBy(serverMs: number, askedAtMs: number, answeredAtMs: number): number {
  if (askedAtMs > serverMs + 1_000) return askedAtMs - serverMs - 1_000;
  return answeredAtMs < serverMs ? answeredAtMs - serverMs : 0;
}
