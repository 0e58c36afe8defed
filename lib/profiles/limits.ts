// Limits of what locales.json may say, with their sources. Knows no profile.

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
  /** Ours: Telegram takes 100, but nobody reads such a menu on a phone. */
  buttons: 50,
  /** Ours: with these the card fits into one message whatever a visitor is called. */
  name: 256,
  choice: 1024,
  /** Ours: an admin reads them in one list. */
  aliases: 50,
  /** Ours: lists and objects within each other. A profile has 6, and JSON.stringify fails at some thousands. */
  depth: 64,
} as const;

/** Range of a CRM deadline in seconds, here and in the configuration (user requirement). */
export const CRM_TIMEOUT_SECONDS = { least: 1, most: 120 } as const;

/** How long a text is in UTF-8, as Telegram counts callback data. */
export function byteLength(value: string): number {
  return new TextEncoder().encode(value).length;
}
