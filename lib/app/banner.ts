// What a start says first: the version, and where the page is; the bot and its profiles follow once Telegram has answered.

import type { Log } from "../log/log.ts";
import { VERSION } from "../version.ts";

/** Before anything can fail. */
export function tellVersion(log: Log): void {
  log.info("🚀 Triborg {version} запускается", { version: VERSION });
}

/** Where the page is and how to log in; the page itself reports why it is not open. */
export function tellPage(address: string | null, hasPassword: boolean, log: Log): void {
  if (address === null) return;
  const ways = `/admin в чате менеджеров${hasPassword ? " или пароль ADMIN_PASSWORD" : ""}`;
  log.info("🌐 Страница настроек: {address} — вход: {ways}", { address, ways });
}
