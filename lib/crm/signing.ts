// Signs requests by Standard Webhooks (https://www.standardwebhooks.com, 1.0.0). Sends nothing.

import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";

/**
 * The three headers of a signed request; null for a secret that is none.
 *
 * @param request `key` is `whsec_` and 24 to 64 bytes in Base64; `id` is the same for every attempt; `body` is exactly what is sent.
 */
export function signatureHeaders(
  { key, id, nowMs, body }: {
    readonly key: string;
    readonly id: string;
    readonly nowMs: number;
    readonly body: string;
  },
): Readonly<Record<string, string>> | null {
  const bytes = keyBytes(key);
  if (bytes === null) return null;
  const timestamp = Math.floor(nowMs / 1000);
  const signature = createHmac("sha256", bytes).update(`${id}.${timestamp}.${body}`).digest(
    "base64",
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": `v1,${signature}`,
  };
}

function keyBytes(key: string): Uint8Array | null {
  if (key.length > 128 || !/^whsec_[A-Za-z\d+/]+={0,2}$/.test(key)) return null;
  const bytes = Buffer.from(key.slice("whsec_".length), "base64");
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : null;
}
