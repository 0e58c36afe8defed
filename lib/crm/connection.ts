// Where a POST to a CRM goes: checks what a host resolves to, and connects to what was checked. Knows no lead.

import { lookup as systemLookup } from "node:dns/promises";
import { fetchFromAddress } from "./https_tunnel.ts";
import { bareHost, isForbiddenHost, isIpAddress } from "../profiles/network_address.ts";

/** All addresses of a host name. Rejects where it has none. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** How long what a name resolved to is used again, in ms. */
const FRESH_MS = 30_000;

/** How long a check of an address waits for what its name resolves to, in ms; a POST resolves it again. */
const RESOLVE_WITHIN_MS = 3_000;

/** Most names that are remembered; each profile has one. */
const MOST_NAMES = 1_000;

/** The addresses of a name by the system's own resolver, as a connection would get them: also those of the hosts file. */
export async function resolveHost(host: string): Promise<string[]> {
  const found = await systemLookup(host, { all: true });
  // IPv4 first: many machines have an IPv6 address and no way out with it.
  return found.sort((a, b) => a.family - b.family).map(({ address }) => address);
}

/** The same lookup, asked at most twice a minute for each name that it knows. */
export function rememberLookups(lookup: Lookup, elapsedMs: () => number): Lookup {
  const known = new Map<
    string,
    { readonly atMs: number; readonly addresses: Promise<readonly string[]> }
  >();
  return (host) => {
    const last = known.get(host);
    if (last !== undefined && elapsedMs() - last.atMs < FRESH_MS) return last.addresses;
    if (known.size >= MOST_NAMES) known.clear();
    const addresses = lookup(host);
    known.set(host, { atMs: elapsedMs(), addresses });
    addresses.catch(() => known.delete(host));
    return addresses;
  };
}

/** No POST leaves for this host: it is, or resolves to, an address that no CRM lives at. */
export class ForbiddenHostError extends Error {
  override readonly name = "ForbiddenHostError";
}

/** The host's name could not be resolved: nothing was sent. */
export class UnknownHostError extends Error {
  override readonly name = "UnknownHostError";
}

export interface Connections {
  readonly lookup: Lookup;
  /** Has to allow the Host header. */
  readonly client: Deno.HttpClient;
  /** Whether the environment names a proxy for https: then that one connects, and resolves the name. */
  readonly isProxied?: boolean;
  /** Trusted over https beside the system's certificates, PEM; for tests. */
  readonly caCerts?: readonly string[];
}

/**
 * Fetches as `fetch` does, and only from an address that was checked, whatever the name resolves to a moment later.
 *
 * @throws {ForbiddenHostError}
 * @throws {UnknownHostError}
 */
export async function fetchChecked(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  connections: Connections,
): Promise<Response> {
  const { client, lookup, isProxied } = connections;
  const url = new URL(input instanceof Request ? input.url : input);
  const addresses = await checkedAddresses(url.hostname, lookup);
  if (addresses === "own" || (isProxied && url.protocol === "https:")) {
    return await fetch(input, { ...init, client });
  }
  return await fetchFromOneOf(addresses, new Request(input, init), connections);
}

/**
 * What a host resolves to; `own` for an IP address and the machine's own names, which need no resolving.
 *
 * @throws {ForbiddenHostError} If the host is, or resolves to, an address that no CRM lives at.
 * @throws {UnknownHostError} If it does not resolve.
 */
export async function checkedAddresses(
  host: string,
  lookup: Lookup,
): Promise<readonly string[] | "own"> {
  if (isForbiddenHost(host)) throw new ForbiddenHostError();
  if (isIpAddress(host) || isLocalhost(host)) return "own";
  const addresses = await lookup(host).catch((cause) => {
    throw new UnknownHostError(undefined, { cause });
  });
  if (addresses.some(isForbiddenHost)) throw new ForbiddenHostError();
  return addresses;
}

/**
 * Whether no POST would leave for an address: it is, or resolves to, one that no CRM lives at. A name that does not
 * resolve, or not within 3 s, is not forbidden.
 */
export async function isForbiddenTarget(
  address: string,
  lookup: Lookup,
  sleep: (ms: number) => Promise<void>,
): Promise<boolean> {
  const host = URL.parse(address.trim())?.hostname;
  if (host === undefined) return false;
  const checked = checkedAddresses(host, lookup).then(
    () => false,
    (error) => error instanceof ForbiddenHostError,
  );
  return await Promise.race([checked, sleep(RESOLVE_WITHIN_MS).then(() => false)]);
}

/** The next address is tried only where nothing can have arrived at the last one. */
async function fetchFromOneOf(
  addresses: readonly string[],
  request: Request,
  { client, caCerts }: Connections,
): Promise<Response> {
  const isHttps = request.url.startsWith("https:");
  for (const [index, address] of addresses.entries()) {
    try {
      const again = request.clone();
      return isHttps
        ? await fetchFromAddress(again, bareHost(address), caCerts)
        : await fetchOverHttp(again, address, client);
    } catch (error) {
      if (index === addresses.length - 1 || !isUnconnected(error)) throw error;
    }
  }
  throw new UnknownHostError();
}

async function fetchOverHttp(
  request: Request,
  address: string,
  client: Deno.HttpClient,
): Promise<Response> {
  const url = new URL(request.url);
  const { method, redirect, signal } = request;
  const headers = new Headers(request.headers);
  headers.set("host", url.host);
  url.hostname = address.includes(":") ? `[${bareHost(address)}]` : address;
  const body = await request.text();
  return await fetch(url, { method, headers, body, redirect, signal, client });
}

/** Whether a failed fetch never had a connection: only then can nothing have arrived. */
function isUnconnected(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.message.includes("client error (Connect)");
}

/** Names of the machine itself (RFC 6761, 6.3), which nobody else can make resolve elsewhere. */
function isLocalhost(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost");
}
