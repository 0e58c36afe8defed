// Whether a CRM's host takes connections. Sends no request: any POST, GET or HEAD may count as an event there.

import {
  checkedAddresses,
  ForbiddenHostError,
  type Lookup,
  UnknownHostError,
} from "./connection.ts";
import { messageOf } from "../log/error_words.ts";
import { bareHost } from "../profiles/network_address.ts";

/** How far a connection came. */
export type Reach =
  /** Connected; over https the certificate is good too. */
  | { readonly kind: "reached" }
  /** The name is, or resolves to, an address that no CRM has. */
  | { readonly kind: "forbidden" }
  | { readonly kind: "unknown_host" }
  | { readonly kind: "unconnected"; readonly reason: string }
  /** Connected, but TLS failed. */
  | { readonly kind: "untrusted"; readonly reason: string }
  | { readonly kind: "timeout" };

/**
 * Connects to the first address of an http or https URL that answers, checked as POSTs check it, and closes. Never
 * rejects.
 */
export async function reachHost(
  url: URL,
  { lookup, caCerts = [], signal }: {
    readonly lookup: Lookup;
    /** Trusted beside the system's certificates, PEM; for tests. */
    readonly caCerts?: readonly string[];
    /** Aborting it gives a timeout. */
    readonly signal: AbortSignal;
  },
): Promise<Reach> {
  const late = Promise.withResolvers<Reach>();
  const onAbort = () => late.resolve({ kind: "timeout" });
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([connectTo(url, lookup, caCerts, signal), late.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function connectTo(
  url: URL,
  lookup: Lookup,
  caCerts: readonly string[],
  signal: AbortSignal,
): Promise<Reach> {
  const host = bareHost(url.hostname);
  let addresses: readonly string[];
  try {
    const checked = await checkedAddresses(url.hostname, lookup);
    addresses = checked === "own" ? [host] : checked;
  } catch (error) {
    if (error instanceof ForbiddenHostError) return { kind: "forbidden" };
    if (error instanceof UnknownHostError) return { kind: "unknown_host" };
    throw error;
  }
  const isHttps = url.protocol === "https:";
  const port = Number(url.port) || (isHttps ? 443 : 80);
  let reach: Reach = { kind: "unknown_host" };
  for (const address of addresses) {
    reach = await connectOnce(bareHost(address), port);
    if (reach.kind !== "unconnected") return reach;
  }
  return reach;

  async function connectOnce(hostname: string, port: number): Promise<Reach> {
    let tcp: Deno.TcpConn;
    try {
      tcp = await Deno.connect({ hostname, port, signal });
    } catch (error) {
      return signal.aborted
        ? { kind: "timeout" }
        : { kind: "unconnected", reason: shortReason(error) };
    }
    if (isHttps) return await shakeHands(tcp, host, caCerts, signal);
    tcp.close();
    return { kind: "reached" };
  }
}

async function shakeHands(
  tcp: Deno.TcpConn,
  hostname: string,
  caCerts: readonly string[],
  signal: AbortSignal,
): Promise<Reach> {
  const close = () => {
    try {
      (tls ?? tcp).close();
    } catch {
      // It is closed already.
    }
  };
  let tls: Deno.TlsConn | undefined;
  signal.addEventListener("abort", close);
  try {
    tls = await Deno.startTls(tcp, { hostname, caCerts: [...caCerts] });
    signal.throwIfAborted(); // Closing it while it handshakes leaves the socket open until the process ends.
    await tls.handshake();
    return { kind: "reached" };
  } catch (error) {
    return signal.aborted ? { kind: "timeout" } : { kind: "untrusted", reason: shortReason(error) };
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

/** Some reasons name everything that a certificate is for. */
function shortReason(error: unknown): string {
  const reason = messageOf(error);
  return reason.length > MOST_REASON ? `${reason.slice(0, MOST_REASON)}…` : reason;
}

/** In UTF-16 units. */
const MOST_REASON = 120;
