// Answers the requests by which Telegram hands over updates: 200 only once an update is on disk. Sets no webhook.

import type { Update } from "grammy/types";
import { boundedText } from "../bounded_text.ts";
import { isSameSecret } from "../same_secret.ts";
import { reportAside } from "./aside.ts";
import { describeError } from "./failures.ts";
import type { Log } from "../log/log.ts";
import { readUpdate } from "./updates.ts";

/** Largest body, in bytes; Telegram's updates take a few KB. */
export const MOST_BODY_BYTES = 1024 * 1024;

/** When Telegram may try again, in s; it obeys up to an hour (telegram-bot-api, WebhookActor.cpp). */
const RETRY_AFTER_SECONDS = 1;

/** What the answers need. */
export interface WebhookRequestOptions {
  readonly secret: string;
  /** Records an update; Telegram is told once this has resolved. */
  readonly accept: (update: Update) => Promise<void>;
  readonly stopping: AbortSignal;
  /** Whether this process may record updates now; if not, Telegram tries again, maybe at another process. */
  readonly mayAccept?: () => boolean;
  readonly log: Log;
}

/**
 * Creates the function that answers; it never rejects. 200: recorded, or passed over with a log line; 400: no update;
 * 403: without the secret; 405: no POST; 413: too large; 503: not recorded, Telegram sends it again.
 */
export function createWebhookAnswer(
  { secret, accept, stopping, mayAccept = () => true, log }: WebhookRequestOptions,
): (request: Request) => Promise<Response> {
  let fails = false;

  async function take(update: Update): Promise<Response> {
    try {
      await accept(update);
    } catch (error) {
      if (!fails) {
        log.error(
          "❌ Обновления не принять: {cause}. Они остаются у Telegram, он пришлёт их снова",
          {
            cause: describeError(error),
          },
        );
      }
      fails = true;
      return tryAgain();
    }
    fails = false;
    return new Response(null, { status: 200 });
  }

  return async (request) => {
    if (request.method !== "POST") return refusal(405, { allow: "POST" });
    const given = request.headers.get("x-telegram-bot-api-secret-token");
    if (given === null || !isSameSecret(given, secret)) return refusal(403);
    if (stopping.aborted || !mayAccept()) return tryAgain();
    const body = await readBody(request);
    if (typeof body !== "string") return refusal(body.status);
    const read = readUpdate(parse(body));
    if (read.kind === "good") return await take(read.update);
    if (read.id === undefined) return refusal(400);
    reportAside([read], log); // Refused, it would come again and again, ahead of its chat's others.
    return new Response(null, { status: 200 });
  };
}

function tryAgain(): Response {
  return refusal(503, { "retry-after": String(RETRY_AFTER_SECONDS) });
}

function refusal(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers });
}

/** The body, or the status where it is too large or breaks off. */
async function readBody(request: Request): Promise<string | { readonly status: 400 | 413 }> {
  if (Number(request.headers.get("content-length")) > MOST_BODY_BYTES) return { status: 413 };
  try {
    return await boundedText(request.body, MOST_BODY_BYTES) ?? { status: 413 };
  } catch {
    return { status: 400 };
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
