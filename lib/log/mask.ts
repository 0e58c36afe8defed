// Takes the secrets out of what is about to be shown. Knows no log.

/** Knows the secrets of this installation and takes them out of whatever is about to be shown. */
export interface Mask {
  /** From now on `secret` never leaves. Shorter than 4 characters is no secret but a piece of text. */
  hide(secret: string): void;
  /** Hides the token-like parts of a webhook address: path and query. */
  hideWebhook(address: string): void;
  apply(text: string): string;
}

export function createMask(): Mask {
  let longestFirst: readonly string[] = [];
  const mask: Mask = {
    hide(secret) {
      if (secret.length < 4 || longestFirst.includes(secret)) return;
      // One secret may be the beginning of another, whose rest would stay.
      longestFirst = [...longestFirst, secret].sort((a, b) => b.length - a.length);
    },
    hideWebhook(address) {
      const [, path = "", query = ""] = /^\s*[a-z]+:\/\/[^/?#]*([^?#]*)(\?[^#]*)?/i.exec(address) ??
        [];
      // A CRM may name the token alone; short pieces such as "hook" are ordinary words.
      const pieces = [...path.split("/"), ...query.split(/[?&=]/)];
      for (const part of [path, query, ...pieces.filter((each) => each.length >= 8)]) {
        mask.hide(part);
        mask.hide(encodeURI(part));
        mask.hide(decoded(part));
        mask.hide(part.replaceAll("/", "\\/"));
      }
    },
    apply(text) {
      for (const secret of longestFirst) text = text.replaceAll(secret, MASK);
      return text.replace(BOT_TOKEN, MASK);
    },
  };
  return mask;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const MASK = "***";

/** A bot token wherever one shows up, also somebody else's (Telegram: Authorizing your bot). */
const BOT_TOKEN = /\d{5,}:[\w-]{30,}/g;
