// Compares secrets.

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Compares in a time that tells nothing of either text, of any lengths. */
export function isSameSecret(given: string, wanted: string): boolean {
  const key = randomBytes(32);
  const digest = (text: string) => createHmac("sha256", key).update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
