// Reads an amoCRM token, which is a JWT: whether it can be one, and when it ends. Checks no signature.

import { isWhole } from "../../foreign.ts";
import { jsonOf, memberOf } from "../answer_words.ts";

/** When a token ends; null where it does not say. */
export interface TokenLife {
  readonly endsAtMs: number | null;
}

/** Longer than any token; amoCRM's have about 1,000 characters. */
const MAX_TOKEN_CHARACTERS = 8 * 1024;

/** Reads a long-lived token; the fault never quotes it. */
export function readToken(token: string): TokenLife | { readonly fault: string } {
  const parts = token.length > MAX_TOKEN_CHARACTERS ? [] : token.split(".");
  const [header = "", payload = "", signature = ""] = parts;
  const claims = jsonOf(decoded(payload));
  const isJwt = parts.length === 3 && /^[\w-]+$/.test(signature) &&
    typeof jsonOf(decoded(header)) === "object" && typeof claims === "object" && claims !== null;
  if (!isJwt) return { fault: "не похоже на долгосрочный токен amoCRM, нужен текст вида eyJ….….…" };
  const endsAtSeconds = memberOf(claims, "exp");
  // The latest moment that a Date can hold is 8.64e15 ms.
  const isMoment = isWhole(endsAtSeconds, 0) && endsAtSeconds <= 8.64e12;
  return { endsAtMs: isMoment ? endsAtSeconds * 1000 : null };
}

/** The text behind base64url; empty for anything else. */
function decoded(part: string): string {
  if (!/^[\w-]+$/.test(part)) return "";
  try {
    const bytes = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
    return new TextDecoder().decode(Uint8Array.from(bytes, (each) => each.charCodeAt(0)));
  } catch {
    return "";
  }
}
