// Compares secrets.

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Compares in constant time, whatever the lengths. */
export function isSameSecret(given: string, wanted: string): boolean {
  const key = randomBytes(32);
  const digest = (text: string) => createHmac("sha256", key).update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
