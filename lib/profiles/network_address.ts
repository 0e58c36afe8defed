// Recognizes network addresses that cannot be a CRM, however they are written. Resolves no names.

/**
 * Whether a URL's host cannot be a CRM: link-local, where clouds serve the machine's credentials (RFC 3927; RFC 4291,
 * 2.5.6), or another address or name of such a metadata service. Loopback and private networks are allowed: CRMs run there.
 */
export function isForbiddenAddress(address: string): boolean {
  const host = URL.parse(address.trim())?.hostname;
  return host !== undefined && isForbiddenHost(host);
}

/** The same for a host: a name, or an IPv4 or IPv6 address in any spelling. */
export function isForbiddenHost(host: string): boolean {
  const name = bareHost(host).toLowerCase().replace(/\.$/, "");
  if (METADATA_NAMES.has(name)) return true;
  const groups = ipv6Groups(name);
  if (groups !== undefined) {
    return isForbiddenIpv6(groups) || embeddedIpv4(groups).some(isForbiddenIpv4);
  }
  const address = ipv4Number(name);
  return address !== undefined && isForbiddenIpv4(address);
}

/** Whether a host is an IP address and needs no resolving. */
export function isIpAddress(host: string): boolean {
  const name = bareHost(host);
  return ipv6Groups(name) !== undefined || ipv4Number(name) !== undefined;
}

/** A host without an IPv6 address's brackets and zone. */
export function bareHost(host: string): string {
  const [address = ""] = host.replace(/^\[|\]$/g, "").split("%", 1);
  return address;
}

const METADATA_NAMES = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "instance-data",
  "instance-data.ec2.internal",
]);

/** Metadata services outside the link-local range: Alibaba, Oracle, Azure. */
const METADATA_IPV4 = new Set(["100.100.100.200", "192.0.0.192", "168.63.129.16"].map(ipv4Number));

/** The same over IPv6: AWS and Google. */
const METADATA_IPV6 = new Set(
  ["fd00:ec2::254", "fd20:ce::254"].map((each) => String(ipv6Groups(each))),
);

function isForbiddenIpv4(address: number): boolean {
  const isLinkLocal = Math.floor(address / 2 ** 16) === 0xa9fe; // 169.254.0.0/16
  return isLinkLocal || METADATA_IPV4.has(address);
}

function isForbiddenIpv6(groups: readonly number[]): boolean {
  const isLinkLocal = ((groups[0] ?? 0) & 0xffc0) === 0xfe80; // fe80::/10
  return isLinkLocal || METADATA_IPV6.has(String(groups));
}

/** Every IPv4 address that an IPv6 address may be routed to. */
function embeddedIpv4(groups: readonly number[]): number[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  const last = joined(g, h);
  const found: number[] = [];
  if ([a, b, c, d].every((each) => each === 0)) {
    // Compatible and mapped (RFC 4291, 2.5.5), translated (RFC 2765, 2.1).
    if ((e === 0 && (f === 0 || f === 0xffff)) || (e === 0xffff && f === 0)) found.push(last);
  }
  if (a === 0x64 && b === 0xff9b) {
    // NAT64 (RFC 6052, 2.2); below 64:ff9b:1::/48 its operator chooses the length of the prefix (RFC 8215).
    found.push(last);
    if (c === 1) found.push(...[6, 7, 8].map((from) => ipv4From(groups, from)));
  }
  if (a === 0x2002) found.push(joined(b, c)); // 6to4 (RFC 3056, 2)
  if (a === 0x2001 && b === 0) found.push(joined(c, d), joined(g ^ 0xffff, h ^ 0xffff)); // Teredo (RFC 4380, 4)
  if ((e & 0xfdff) === 0 && f === 0x5efe) found.push(last); // ISATAP (RFC 5214, 6.1)
  return found;
}

/** The IPv4 address at a byte of an IPv6 address; RFC 6052, 2.2, skips the ninth byte. */
function ipv4From(groups: readonly number[], from: number): number {
  const bytes = groups.flatMap((group) => [group >> 8, group & 0xff]);
  const used = bytes.flatMap((byte, at) => at >= from && at !== 8 ? [byte] : []).slice(0, 4);
  return used.reduce((address, byte) => address * 256 + byte, 0);
}

function joined(high: number, low: number): number {
  return high * 2 ** 16 + low;
}

/** An IPv4 address in any spelling as a number (https://url.spec.whatwg.org/#concept-ipv4-parser). */
function ipv4Number(host: string): number | undefined {
  const plain = URL.parse(`http://${host}/`)?.hostname ?? "";
  if (!/^\d+(\.\d+){3}$/.test(plain)) return undefined;
  return plain.split(".").reduce((address, byte) => address * 256 + Number(byte), 0);
}

function ipv6Groups(host: string): number[] | undefined {
  if (!host.includes(":")) return undefined;
  const plain = URL.parse(`http://[${host}]/`)?.hostname.slice(1, -1);
  if (plain === undefined) return undefined;
  const [head = [], tail = []] = plain.split("::").map((part) =>
    part === "" ? [] : part.split(":")
  );
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].map((group) => parseInt(group, 16));
}
