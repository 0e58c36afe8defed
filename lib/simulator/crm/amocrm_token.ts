// A token as a private integration of amoCRM shows it: a JWT whose signature is not checked. Reads its end too.

import { Buffer } from "node:buffer";
import { isRecord, isWhole } from "../../foreign.ts";

export interface AmoTokenOptions {
  /** Seconds since 1970. */
  expiresAtS: number;
  /** Makes tokens of the same end differ. */
  id?: string;
}

const YEAR_S = 365 * 24 * 3600;
const SIGNATURE_BYTES = 256;

/** A long-lived token, JWT-shaped (header.payload.signature), with `exp`. The same options make the same token. */
export function amoToken({ expiresAtS, id = "0b1c2d3e4f5a6b7c8d9e" }: AmoTokenOptions): string {
  const header = { typ: "JWT", alg: "RS256", jti: id };
  const payload = {
    aud: "a7b1c2d3-0000-4000-8000-5e6f7a8b9c0d",
    jti: id,
    iat: expiresAtS - YEAR_S,
    nbf: expiresAtS - YEAR_S,
    exp: expiresAtS,
    sub: "9000001",
    grant_type: "",
    account_id: 31_000_001,
    base_domain: "amocrm.ru",
    version: 2,
    scopes: ["crm", "notifications"],
  };
  const signature = Buffer.alloc(SIGNATURE_BYTES, `${id}.${expiresAtS}`);
  const parts = [JSON.stringify(header), JSON.stringify(payload)].map((each) => Buffer.from(each));
  return [...parts, signature].map((each) => each.toString("base64url")).join(".");
}

/** The token's end in seconds since 1970; null when it is no JWT or tells none. */
export function tokenEndS(token: string): number | null {
  const [, payload] = token.split(".");
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload ?? "", "base64url").toString());
    const end = isRecord(claims) ? claims["exp"] : undefined;
    return isWhole(end, 0) ? end : null;
  } catch {
    return null;
  }
}
