// Origins, client addresses, cookies and security headers. Knows no sessions.

/** How the page is reached. */
export interface Reach {
  readonly publicUrl: string | null;
  readonly trustProxy: boolean;
}

/** The origin of the page's own forms: `PUBLIC_URL`, else from the Host header. */
export function ownOrigin(request: Request, { publicUrl, trustProxy }: Reach): string {
  if (publicUrl !== null) return publicUrl;
  const { protocol, host } = new URL(request.url);
  // With several proxies the first counts: the browser talks to it.
  const outside = trustProxy ? request.headers.get("x-forwarded-proto")?.split(",", 1)[0] : null;
  return `${outside?.trim().toLowerCase() === "https" ? "https:" : protocol}//${host}`;
}

/**
 * Whether the request comes from this page according to the browser. A request without Origin and Sec-Fetch-Site is
 * refused: every current browser sends one of them with a form.
 */
export function isFromOwnPage(request: Request, own: string): boolean {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  // "null" is an origin that the browser hides, as under a no-referrer policy.
  return origin === null || origin === "null" ? site !== null : origin === own;
}

/** The client's address for counting wrong passwords: a /64 of IPv6 counts as one, because one client has it all. */
export function addressOf(
  request: Request,
  info: Deno.ServeHandlerInfo,
  { trustProxy }: Reach,
): string {
  const { remoteAddr } = info;
  const direct = remoteAddr.transport === "tcp" ? remoteAddr.hostname : remoteAddr.transport;
  // The last one is what the proxy saw; a client can forge those before it.
  const forwarded = trustProxy ? request.headers.get("x-forwarded-for")?.split(",").at(-1) : null;
  return networkOf(forwarded ?? "") ?? networkOf(direct) ?? direct;
}

/** A normalized IPv4 address or IPv6 /64; undefined if it is no address. */
export function networkOf(text: string): string | undefined {
  const address = withoutPort(text.trim());
  if (IPV4.test(address)) return address;
  const [bare = ""] = address.split("%", 1); // Without the zone.
  const spelled = bare.includes(":") ? URL.parse(`http://[${bare}]`)?.hostname : undefined;
  if (spelled === undefined) return undefined;
  const [, high, low] = /^\[::ffff:([\da-f]+):([\da-f]+)\]$/.exec(spelled) ?? [];
  if (high !== undefined && low !== undefined) return ipv4Of(parseInt(high, 16), parseInt(low, 16));
  return prefix64(spelled.slice(1, -1));
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** Some proxies write `192.0.2.7:5000`, `[2001:db8::7]:5000`, or quote them. */
function withoutPort(text: string): string {
  const address = text.replace(/^"|"$/g, "");
  return /^\[([^\]]*)\]/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address;
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function prefix64(address: string): string {
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  return [...groups, ...Array(Math.max(zeros, 0)).fill("0"), ...rest].slice(0, 4).join(":");
}

/** The session's cookie. `__Host-` binds it to this host and to https. */
export function sessionCookie(own: string, value: string, maxAgeSeconds: number): string {
  const secure = isSecure(own) ? "; Secure" : "";
  return `${
    cookieName(own)
  }=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
}

export function readSessionCookie(request: Request, own: string): string | undefined {
  const name = cookieName(own);
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value) return value;
  }
  return undefined;
}

function cookieName(own: string): string {
  return isSecure(own) ? "__Host-triborg" : "triborg";
}

function isSecure(own: string): boolean {
  return own.startsWith("https:");
}

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  // A profile's photo may be anywhere; Pico's icons are data URLs.
  "img-src 'self' data: https: http:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
} as const;

/** Sets the security headers; a response without cache-control is not cached. */
export function secureHeaders(headers: Headers): void {
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
}
