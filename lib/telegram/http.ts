// HTTP for the Bot API: no redirects, bounded bodies. Knows no method and no grammY.

/** Idle connections that are kept once files have run out. */
const FEW_KEPT = 8;

/** Like Deno's default client, which cannot be closed. */
let client = Deno.createHttpClient({});
let keepsFew = false;

/** Closes idle connections and keeps few from now on, to save file descriptors. */
export function keepFewConnections(): void {
  if (keepsFew) return;
  keepsFew = true;
  const before = client;
  client = Deno.createHttpClient({ poolMaxIdlePerHost: FEW_KEPT });
  before.close(); // Open calls keep their connections.
}

/** Longest answer that is read, in bytes: twice a hundred of the longest messages. */
const MOST_BYTES = 32 * 1024 * 1024;

/** The answer is not the Bot API's; the message holds no address. */
export class NoAnswer extends Error {}

/**
 * Fetches without following redirects, which would give the token to a proxy or a login page.
 *
 * @throws {NoAnswer} For a redirect, and for a body of more than 32 MiB.
 * @throws {TypeError} As `fetch`; its message holds the token.
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
  if (isShort(response)) return response;
  const date = response.headers.get("date");
  return new Response(await readBounded(response), { headers: date === null ? {} : { date } });
}

/** Deno's fetch repeats a text body, but not a blob, when a kept connection breaks (seen with 2.9.6). */
function sentOnce(input: RequestInfo | URL, init: RequestInit | undefined): { body?: Blob } {
  const body = init?.body;
  if (typeof input !== "string" || typeof body !== "string") return {};
  return /\/(send|copy|forward)[A-Za-z]*$/.test(input) ? { body: new Blob([body]) } : {};
}

/** The length says nothing about a compressed body. */
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
