// Tries a webhook address with a marked test lead. Refuses addresses that only the machine itself should reach.

import type { CrmTrial } from "./crm.ts";
import type { CrmOutcome } from "./lead.ts";
import { testPayload } from "./texts.ts";
import { addressFault } from "./webhook_address.ts";

/** How a try of a webhook address ended. */
export type WebhookTrial =
  | {
    readonly kind: "sent";
    readonly outcome: CrmOutcome;
    /** The first characters of what came back, also with a 200. */
    readonly answer: string;
    readonly tookMs: number;
  }
  /** The address is impossible, or points into the machine's own network services. Nothing was sent. */
  | { readonly kind: "impossible" }
  | { readonly kind: "forbidden" };

/** All addresses of a host name. Rejects where it has none. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export function createWebhookTrial(
  { crm, lookup, newId, now, stopping }: {
    readonly crm: CrmTrial;
    readonly lookup: Lookup;
    readonly newId: () => string;
    /** A monotonic clock for spans, in ms. */
    readonly now: () => number;
    readonly stopping: AbortSignal;
  },
): (address: string, timeoutMs: number, profileName: string) => Promise<WebhookTrial> {
  return async (address, timeoutMs, profileName) => {
    const url = address.trim();
    if (addressFault(url) !== null) return { kind: "impossible" };
    const host = new URL(url).hostname;
    const resolved = await lookup(bare(host)).catch(() => []);
    if (isForbiddenAddress(url) || resolved.some(isForbiddenHost)) return { kind: "forbidden" };
    const begunAtMs = now();
    const { outcome, answer } = await crm.trySending({
      url,
      timeoutMs,
      idempotencyKey: newId(),
      payload: testPayload(profileName),
      facts: {},
    }, stopping);
    return { kind: "sent", outcome, answer, tookMs: now() - begunAtMs };
  };
}

/**
 * Whether an address is one that no CRM lives at: link-local, where clouds serve the machine's own
 * credentials (RFC 3927, RFC 4291 2.5.6), or a cloud's name for it. Loopback and private networks are
 * fine: CRMs run there.
 */
export function isForbiddenAddress(address: string): boolean {
  const host = URL.parse(address.trim())?.hostname;
  return host !== undefined && isForbiddenHost(bare(host));
}

const METADATA_NAMES = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "instance-data",
  "instance-data.ec2.internal",
]);

/** Metadata services outside the link-local range: of AWS and Google over IPv6, of Alibaba, Oracle, Azure. */
const METADATA_ADDRESSES = new Set([
  "fd00:ec2::254",
  "fd20:ce::254",
  "100.100.100.200",
  "192.0.0.192",
  "168.63.129.16",
]);

function isForbiddenHost(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return METADATA_NAMES.has(name) || METADATA_ADDRESSES.has(name) ||
    /^169\.254\.\d+\.\d+$/.test(name) || /^fe[89ab][\da-f]?:/.test(name) || isMappedLinkLocal(name);
}

/** An IPv4 address written as IPv6: `::ffff:169.254.…`, which URLs spell `::ffff:a9fe:…`. */
function isMappedLinkLocal(name: string): boolean {
  return /^(?:::|64:ff9b::|::ffff:|::ffff:0:)(?:a9fe:|169\.254\.)/.test(name) ||
    /^(?:64:ff9b::|::ffff:)(?:6464:64c8|100\.100\.100\.200)$/.test(name);
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

/** Every address of a host, so that a name cannot hide a forbidden one. */
export async function resolveHost(host: string): Promise<string[]> {
  const families = await Promise.allSettled([
    Deno.resolveDns(host, "A"),
    Deno.resolveDns(host, "AAAA"),
  ]);
  return families.flatMap((family) => family.status === "fulfilled" ? family.value : []);
}
