// Masks secrets in text that is about to be shown. Knows no log.

import { append, createWordFinder, type Stretch, type WordFinder } from "./word_finder.ts";

/** Masks the secrets of this installation. */
export interface Mask {
  /** Masks `secret` from now on. Fewer than 4 characters are ignored: they occur in ordinary text. */
  hide(secret: string): void;
  /** Masks the path and query of a webhook address, which contain its token. */
  hideWebhook(address: string): void;
  apply(text: string): string;
  /**
   * The first `most` UTF-16 units of the text, masked, including a secret cut by that limit. The cost does not depend on
   * the rest of the text.
   *
   * @param isBroken Whether the text was cut off, so that it may end within a secret.
   */
  beginning(text: string, most: number, isBroken?: boolean): string;
}

const LEAST_SECRET = 4;

export function createMask(): Mask {
  const secrets = new Set<string>();
  const addresses = new Set<string>();
  let finder: WordFinder | undefined = createWordFinder(new Set());

  /** Built on demand, because thousands of addresses are added at once. */
  function wordFinder(): WordFinder {
    return finder ??= createWordFinder(secrets);
  }

  const mask: Mask = {
    hide(secret) {
      if (secret.length < LEAST_SECRET || secrets.has(secret)) return;
      secrets.add(secret);
      finder = undefined;
    },
    hideWebhook(address) {
      if (addresses.has(address)) return;
      addresses.add(address);
      const [, path = "", query = ""] =
        /^\s*[a-z]+:\/\/[^/?#]*([^?#]*)(\?[^#]*)?/i.exec(address.toWellFormed()) ?? [];
      // A CRM may quote the token alone; short segments such as "hook" are ordinary words.
      const pieces = [...path.split("/"), ...query.split(/[?&=]/)];
      for (const part of [path, query, ...pieces.filter((each) => each.length >= 8)]) {
        mask.hide(part);
        mask.hide(encodeURI(part));
        mask.hide(decoded(part));
        mask.hide(part.replaceAll("/", "\\/"));
      }
    },
    apply: (text) => cover(text, secretsIn(text, wordFinder()), text.length),
    beginning(text, most, isBroken = false) {
      const finder = wordFinder();
      const window = text.slice(0, most + Math.max(finder.longest, LONGEST_TOKEN));
      const found = secretsIn(window, finder);
      const begun = isBroken && window.length === text.length ? finder.begunAtEnd(text) : 0;
      if (begun >= LEAST_SECRET) append(found, { from: text.length - begun, to: text.length });
      return cover(window, found, Math.min(most, window.length));
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

function secretsIn(text: string, finder: WordFinder): Stretch[] {
  const words = finder.find(text);
  const tokens = [...text.matchAll(BOT_TOKEN)]
    .map(({ index, 0: token }) => ({ from: index, to: index + token.length }));
  if (tokens.length === 0) return words;
  const all: Stretch[] = [];
  for (const each of [...words, ...tokens].toSorted((a, b) => a.to - b.to)) append(all, each);
  return all;
}

/** The text up to `end`, with a mask for each range that begins before it. */
function cover(text: string, stretches: readonly Stretch[], end: number): string {
  let covered = "";
  let at = 0;
  for (const { from, to } of stretches) {
    if (from >= end) break;
    covered += text.slice(at, from) + MASK;
    at = to;
  }
  return covered + text.slice(at, Math.max(at, end));
}

const MASK = "***";

/** Any bot token, also of another bot (Telegram: Authorizing your bot). */
const BOT_TOKEN = /(?<!\d)\d{5,}:[\w-]{30,}/g;

/** In UTF-16 units: longer than the part by which a token is recognized. */
const LONGEST_TOKEN = 256;
