// The way from the demo's page into the bot's config page: logs the browser in, so that one click is enough.
//
// Cookies do not tell ports apart (RFC 6265, 8.5), so the demo can hand on the session cookie of the config page.

/** How long the config page may take to log in, in ms. */
const LOGIN_MS = 5_000;

/** Where the browser goes next. */
export type Passage =
  | { readonly kind: "entered"; readonly location: string; readonly cookie: string | null }
  /** The browser has not come from the demo's page, so the login page asks first. */
  | { readonly kind: "asked"; readonly location: string }
  /** The config page is not open. */
  | { readonly kind: "closed" };

/** Opens the config page for a request; `to` is a path of it, and anything else is its first page. */
export type ConfigDoor = (request: Request, to: string) => Promise<Passage>;

/** @param newLoginLink Makes a one-time link; null where there is no page. */
export function createConfigDoor(
  newLoginLink: () => Promise<string | null>,
): ConfigDoor {
  /** Whether the cookies that the browser sent here are a session there. */
  async function isLoggedIn(origin: string, request: Request): Promise<boolean> {
    const cookie = request.headers.get("cookie");
    if (cookie === null) return false;
    const response = await ask(`${origin}/sessions`, { headers: { cookie } });
    return response.status === 200;
  }

  async function logIn(link: URL, request: Request): Promise<string | null> {
    const response = await ask(`${link.origin}/login`, {
      method: "POST",
      body: new URLSearchParams({ token: link.searchParams.get("token") ?? "", next: "/" }),
      headers: {
        origin: link.origin,
        "sec-fetch-site": "same-origin",
        "user-agent": request.headers.get("user-agent") ?? "",
      },
    });
    return response.status === 303 ? response.headers.get("set-cookie") : null;
  }

  return async (request, to) => {
    const made = await newLoginLink();
    if (made === null) return { kind: "closed" };
    const link = new URL(made);
    const site = request.headers.get("sec-fetch-site");
    // Another site could otherwise log a browser in by a link or an image.
    if (site !== "same-origin" && site !== "none") return { kind: "asked", location: made };
    try {
      const location = placeOf(link, request, to);
      if (await isLoggedIn(link.origin, request)) {
        return { kind: "entered", location, cookie: null };
      }
      const cookie = await logIn(link, request);
      return cookie === null
        ? { kind: "asked", location: made }
        : { kind: "entered", location, cookie };
    } catch (error) {
      // What fetch throws where nothing answers, or not in time.
      if (error instanceof TypeError || error instanceof DOMException) return { kind: "closed" };
      throw error;
    }
  };
}

/** The page under the name that the browser uses for this machine: the cookie belongs to that name. */
function placeOf(link: URL, request: Request, to: string): string {
  const { hostname } = new URL(request.url);
  const origin = hostname === "localhost" ? `http://localhost:${link.port}` : link.origin;
  const place = to.startsWith("/") ? URL.parse(to, origin) : null;
  return place?.origin === origin ? place.href : `${origin}/`;
}

async function ask(address: string, init: RequestInit): Promise<Response> {
  const response = await fetch(address, {
    ...init,
    redirect: "manual",
    signal: AbortSignal.timeout(LOGIN_MS),
  });
  await response.body?.cancel();
  return response;
}
