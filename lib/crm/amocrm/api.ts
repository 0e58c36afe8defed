// Addresses and headers of amoCRM's API v4. Sends nothing.

import type { AmoCrmSettings } from "../../profiles/crm.ts";
import { isHeaderText } from "../../profiles/header_checks.ts";
import { missingSecret } from "../../profiles/secret_reference.ts";
import type { DestinationContext, NoPost } from "../prepared.ts";
import { readToken } from "./token.ts";

/** Calls to one account: amoCRM takes 7 a second, and other programs may call it too. */
export const CALLS_PER_SECOND = 5;

/** What every call to an account needs. */
export type AccountAccess = Pick<AmoCrmSettings, "account" | "tokenSecret">;

/** The address and headers of one call. */
export interface ApiCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A call to `path`, such as `leads/complex`; the fault when the token is missing or no token. */
export function apiCall(
  { account, tokenSecret }: AccountAccess,
  path: string,
  { secret, amoCrmRoot }: Pick<DestinationContext, "secret" | "amoCrmRoot">,
): ApiCall | NoPost {
  const token = secret(tokenSecret);
  if (!token) return { fault: missingSecret(tokenSecret) };
  const read = readToken(token);
  if ("fault" in read) return { fault: `секрет ${tokenSecret}: ${read.fault}` };
  if (!isHeaderText(token)) return { fault: `секрет ${tokenSecret}: нужна одна строка` };
  const root = amoCrmRoot === null ? "https:/" : withoutSlash(amoCrmRoot);
  return {
    url: `${root}/${account}/api/v4/${path}`,
    headers: { authorization: `Bearer ${token}` },
  };
}

function withoutSlash(root: string): string {
  return root.endsWith("/") ? root.slice(0, -1) : root;
}

/** A deal's page for people. */
export function dealUrl(account: string, id: number): string {
  return `https://${account}/leads/detail/${id}`;
}
