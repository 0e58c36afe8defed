// Checks the addresses that a CRM's host resolves to, and connects to these alone. Knows no lead.

import { lookup as systemLookup } from "node:dns/promises";
import { fetchFromAddress } from "./https_tunnel.ts";
import { neverConnected } from "../log/error_words.ts";
import { bareHost, isForbiddenHost, isIpAddress } from "../profiles/network_address.ts";

/** Resolves a host name; rejects if it has no address. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** How long a lookup is reused, in ms. */
const FRESH_MS = 30_000;

/** Longest wait of `isForbiddenTarget` for a lookup, in ms; a POST resolves the name again. */
const RESOLVE_WITHIN_MS = 3_000;

/** Most names that are remembered; a profile has one. */
const MOST_NAMES = 1_000;

/** Resolves a name as a connection would, the hosts file included. */
export async function resolveHost(host: string): Promise<string[]> {
  const found = await systemLookup(host, { all: true });
  // IPv4 first: many machines have an IPv6 address without a route.
  return found.sort((a, b) => a.family - b.family).map(({ address }) => address);
}

/** Caches a lookup for 30 s. */
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

/** The host is, or resolves to, an address that is forbidden for CRMs: nothing was sent. */
export class ForbiddenHostError extends Error {
  override readonly name = "ForbiddenHostError";
}

/** The host's name could not be resolved: nothing was sent. */
export class UnknownHostError extends Error {
  override readonly name = "UnknownHostError";
}

/** How POSTs connect. */
export interface Connections {
  readonly lookup: Lookup;
  /** With `allowHost`. */
  readonly client: Deno.HttpClient;
  /** Whether the environment has a proxy for https, which then resolves the name itself. */
  readonly isProxied?: boolean;
  /** Trusted over https beside the system's certificates, PEM; for tests. */
  readonly caCerts?: readonly string[];
}

/**
 * Fetches from a checked address alone, even if the name resolves to another one a moment later.
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
  const leavesByProxy = isProxied === true && url.protocol === "https:";
  const addresses = await checkedAddresses(url.hostname, lookup).catch((error) => {
    // Where only the proxy reaches the network, only the proxy resolves its names.
    if (leavesByProxy && error instanceof UnknownHostError) return "own" as const;
    throw error;
  });
  if (addresses === "own" || leavesByProxy) return await fetch(input, { ...init, client });
  return await fetchFromOneOf(addresses, new Request(input, init), connections);
}

/**
 * The checked addresses of a host; "own" for an IP address and localhost, which need no lookup.
 *
 * @throws {ForbiddenHostError}
 * @throws {UnknownHostError}
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

/** Whether an address is forbidden, or resolves to a forbidden one within 3 s. */
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

/** Tries the next address only if nothing can have arrived at the last one. */
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
      if (index === addresses.length - 1 || !neverConnected(error)) throw error;
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
  const body = request.body === null ? null : await request.text();
  return await fetch(url, { method, headers, body, redirect, signal, client });
}

/** RFC 6761, 6.3: these names always resolve to the machine itself. */
function isLocalhost(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost");
}
