// Who may ask for the demo's page: browsers that opened it by an address of this machine. Another site whose name
// resolves to this machine (DNS rebinding) sends its own name as the Host.

import { isFromOwnPage } from "../../page/security.ts";

/** The names of this machine, as browsers write them into Host. */
const OWN_NAMES = ["127.0.0.1", "localhost", "[::1]"] as const;

/** Why a request is refused. */
export type Refusal =
  /** 421: the Host is not this page's. */
  | "foreign_host"
  /** 403: a form of another site. */
  | "foreign_form";

/** Undefined for a request that may go on. @param port Where the page listens. */
export function refusalOf(request: Request, port: number): Refusal | undefined {
  const host = (request.headers.get("host") ?? new URL(request.url).host).toLowerCase();
  const own = OWN_NAMES.map((name) => `${name}:${port}`);
  // Browsers leave out the port of http.
  if (!own.includes(host) && !(port === 80 && OWN_NAMES.some((name) => name === host))) {
    return "foreign_host";
  }
  const isSafe = request.method === "GET" || request.method === "HEAD";
  if (!isSafe && !isFromOwnPage(request, `http://${host}`)) return "foreign_form";
  return undefined;
}
