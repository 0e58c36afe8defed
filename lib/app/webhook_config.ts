// Reads WEBHOOK_URL and WEBHOOK_SECRET. Prints neither.

import type { Webhook } from "../telegram/webhook.ts";

/** First parts of the page's own paths (lib/page/app.ts), which Telegram's updates cannot have. */
const OF_PAGE: ReadonlySet<string> = new Set([
  "",
  "assets",
  "health",
  "leads",
  "leads.csv",
  "login",
  "logout",
  "media",
  "menu",
  "metrics",
  "new-profile",
  "profiles",
  "ready",
  "sessions",
  "undo",
]);

/** The ports that Telegram sends to (https://core.telegram.org/bots/api#setwebhook). */
const PORTS = ["", "80", "88", "443", "8443"];

const WANTED = "нужен адрес вида https://bot.example.ru/telegram-updates";

/** A webhook whose address and secret are both right. */
export function readWebhook(url: string | null, secret: string | null): Webhook | null {
  return url === null || secret === null ? null : { url, secret };
}

/**
 * Reads the address. The path has to be one that the page does not use, without the token, which proxies would log.
 *
 * @param isLocalServer Whether the Bot API server is a local one, which also takes http and any port
 * (https://core.telegram.org/bots/api#using-a-local-bot-api-server).
 * @throws {SyntaxError} If it is wrong.
 */
export function parseWebhookUrl(
  text: string,
  token: string | undefined,
  isLocalServer: boolean,
): string {
  // What was found is not shown where it may hold a password or the token.
  if (token !== undefined && text.includes(token)) {
    throw new SyntaxError(`найден адрес с токеном бота, его увидят прокси, ${WANTED}`);
  }
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") {
    throw new SyntaxError(`найдено не адрес или адрес с логином, ${WANTED}`);
  }
  const isAllowed = url.protocol === "https:" || (isLocalServer && url.protocol === "http:");
  if (!isAllowed) throw new SyntaxError(`найдена схема «${url.protocol}», ${WANTED}`);
  if (url.search !== "" || url.hash !== "") {
    throw new SyntaxError(`найден адрес с лишней частью после пути, ${WANTED}`);
  }
  if (!isLocalServer && !PORTS.includes(url.port)) {
    throw new SyntaxError(
      `найден порт ${url.port}, а Telegram пишет только на 443, 80, 88 и 8443`,
    );
  }
  if (OF_PAGE.has(url.pathname.split("/", 2)[1] ?? "")) {
    throw new SyntaxError(`путь «${url.pathname}» занят страницей настроек, ${WANTED}`);
  }
  return url.href;
}

/**
 * Reads the secret (https://core.telegram.org/bots/api#setwebhook: secret_token).
 *
 * @throws {SyntaxError} If Telegram would not take it, or it is short enough to be guessed.
 */
export function parseWebhookSecret(text: string): string {
  if (/^[A-Za-z0-9_-]{16,256}$/.test(text)) return text;
  throw new SyntaxError(
    `найдено символов: ${text.length}, нужно от 16 до 256 из A–Z, a–z, 0–9, _ и -`,
  );
}
