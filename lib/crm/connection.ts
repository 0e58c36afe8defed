// Where a POST to a CRM goes: checks what a host resolves to, and connects to what was checked. Knows no lead.

import { lookup as systemLookup } from "node:dns/promises";
import { bareHost, isForbiddenHost, isIpAddress } from "../profiles/network_address.ts";

/** All addresses of a host name. Rejects where it has none. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** How long what a name resolved to is used again, in ms. */
const FRESH_MS = 30_000;

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

/**
 * Fetches as `fetch` does, and never from an address that was not checked. Over http a name is replaced by a checked
 * address of it, whatever the name resolves to a moment later. Over https the connection resolves the name again, and
 * its certificate proves that it reached what the name belongs to: a machine's own services have none for it.
 *
 * @param client Has to allow the Host header.
 * @throws {ForbiddenHostError}
 * @throws {UnknownHostError}
 */
export async function fetchChecked(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  { lookup, client }: { readonly lookup: Lookup; readonly client: Deno.HttpClient },
): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input);
  if (isForbiddenHost(url.hostname)) throw new ForbiddenHostError();
  if (isIpAddress(url.hostname) || isLocalhost(url.hostname)) {
    return await fetch(input, { ...init, client });
  }
  const addresses = await lookup(url.hostname).catch((cause) => {
    throw new UnknownHostError(undefined, { cause });
  });
  if (addresses.some(isForbiddenHost)) throw new ForbiddenHostError();
  if (url.protocol === "https:") return await fetch(input, { ...init, client });
  return await fetchFromOneOf(addresses, new Request(input, init), client);
}

/** The next address is tried only where nothing can have arrived at the last one. */
async function fetchFromOneOf(
  addresses: readonly string[],
  request: Request,
  client: Deno.HttpClient,
): Promise<Response> {
  const { method, redirect, signal } = request;
  const headers = new Headers(request.headers);
  headers.set("host", new URL(request.url).host);
  const body = await request.text();
  for (const [index, address] of addresses.entries()) {
    const url = new URL(request.url);
    url.hostname = address.includes(":") ? `[${bareHost(address)}]` : address;
    try {
      return await fetch(url, { method, headers, body, redirect, signal, client });
    } catch (error) {
      if (index === addresses.length - 1 || !isUnconnected(error)) throw error;
    }
  }
  throw new UnknownHostError();
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
