// One HTTP exchange with the Bot API: follows no redirect, reads a bounded body. Knows no method and no grammY.

/** Connections that are kept between calls once files have run out. */
const FEW_KEPT = 8;

/** Keeps idle connections for 90 s without a limit, as Deno's default client does, and unlike that one can be closed. */
let client = Deno.createHttpClient({});
let keepsFew = false;

/**
 * Keeps few idle connections to Telegram from now on, and closes the idle ones: a process that may open few files needs
 * them for other things after a burst.
 */
export function keepFewConnections(): void {
  if (keepsFew) return;
  keepsFew = true;
  const before = client;
  client = Deno.createHttpClient({ poolMaxIdlePerHost: FEW_KEPT });
  before.close(); // Open calls keep their connections.
}

/** The longest answer that is read, in bytes: a hundred of the longest messages take about half of it. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Something else than an answer of the Bot API arrived; the message is for the log and holds no address. */
export class NoAnswer extends Error {}

/**
 * Fetches as `fetch` does, without following redirects: only a proxy or a login page redirects, and the token in the
 * path must not go there.
 *
 * @throws {NoAnswer} For a redirect, and for a body of more than 32 MiB.
 * @throws {TypeError} As `fetch`; its message holds the address, and with it the token.
 */
export async function fetchAnswer(
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  const response = await fetch(input, {
    ...init,
    ...sentOnce(input, init),
    redirect: "manual",
    client,
  });
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    throw new NoAnswer(`перенаправление ${response.status}`);
  }
  return isShort(response) ? response : new Response(await readBounded(response));
}

/**
 * When a kept connection dies, Deno's fetch sends a text body again, though it may have arrived (seen with 2.9.6). It
 * reads a blob once.
 */
function sentOnce(input: RequestInfo | URL, init: RequestInit | undefined): { body?: Blob } {
  const body = init?.body;
  if (typeof input !== "string" || typeof body !== "string") return {};
  return /\/(send|copy|forward)[A-Za-z]*$/.test(input) ? { body: new Blob([body]) } : {};
}

/** By its length, which says nothing about a compressed body. */
function isShort({ headers }: Response): boolean {
  const length = headers.get("content-length");
  return length !== null && !headers.has("content-encoding") && Number(length) <= MOST_BYTES;
}

async function readBounded(response: Response): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new NoAnswer("ответ слишком велик"); // Leaving the loop cancels the body.
    chunks.push(chunk);
  }
  return new Blob(chunks);
}
