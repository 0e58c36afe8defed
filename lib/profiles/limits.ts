// Limits on texts in locales.json, with their sources. Knows no profile.

/** Telegram counts texts in UTF-16 units, after entities are parsed. */
export const LIMITS = {
  /** A message's text (https://core.telegram.org/bots/api#sendmessage). */
  text: 4096,
  /** A photo's caption (https://core.telegram.org/bots/api#sendphoto). */
  caption: 1024,
  /** A button's callback data, in bytes of UTF-8 (https://core.telegram.org/bots/api#inlinekeyboardbutton). */
  callbackDataBytes: 64,
  /** The word behind `?start=` in a link (https://core.telegram.org/bots/features#deep-linking). */
  startPayload: 64,
  /** Ours: Telegram takes 100, too many to read on a phone. */
  buttons: 50,
  /** Ours: with these a card always fits into one message. */
  name: 256,
  choice: 1024,
  /** Ours: the page shows them in one list. */
  aliases: 50,
  /** Ours: nested lists and objects. A profile has 6; JSON.stringify fails at some thousands. */
  depth: 64,
} as const;

/** Range of a CRM deadline in seconds, here and in the configuration. */
export const CRM_TIMEOUT_SECONDS = { least: 1, most: 120 } as const;

/** Range of the wait for a phone in seconds, and what a profile that says nothing has. Health reports a lead after five minutes. */
export const PHONE_WAIT_SECONDS = { least: 10, most: 600, usual: 120 } as const;

/** How long a text is in UTF-8, as Telegram counts callback data. */
export function byteLength(value: string): number {
  return new TextEncoder().encode(value).length;
}
