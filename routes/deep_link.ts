// The link into Telegram that opens a profile.

import type { WebDeps } from "../lib/page/state.ts";

/** The link that opens a profile in Telegram; undefined until the bot's name is known. */
export function deepLink({ botUsername }: WebDeps, key: string): string | undefined {
  const name = botUsername();
  return name === undefined ? undefined : `https://t.me/${name}?start=${key}`;
}
