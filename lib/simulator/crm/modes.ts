// The ways in which a simulated CRM answers one request, from good to hostile. Knows no lead.

import type { ServerResponse } from "node:http";

/** What the CRM does with a request once it has read the whole of it. */
export type CrmMode =
  /** Answers; the body is text, or anything else as JSON. Status 200 unless given. */
  | { kind: "answer"; status?: number; body?: unknown; headers?: Record<string, string> }
  /** Never answers; the connection stays open. */
  | { kind: "silent" }
  /** Sends the headers and the beginning of a body, then nothing. Status 200 unless given. */
  | { kind: "headers_then_silence"; status?: number }
  /** Waits for the promise, then does as `then` says (a plain 200 unless given). */
  | { kind: "slow"; until: Promise<void>; then?: CrmMode }
  /** Sends the client to a page that answers 200 to everything. Status 302 unless given. */
  | { kind: "redirect"; status?: number }
  /** Cuts the connection without a byte of an answer. */
  | { kind: "reset_after_reading" }
  /** Sends the headers and half of the promised body, then cuts. Status 200 unless given. */
  | { kind: "reset_in_body"; status?: number }
  /** A body without end, sent as fast as the client reads. Status 200 unless given. */
  | { kind: "endless_body"; status?: number }
  /** The page of a session that ran out, as text/html. Status 200 unless given. */
  | { kind: "html_login_page"; status?: number };

/** Where a redirect leads, below the server's root. */
export const LOGIN_PATH = "/login";

const LOGIN_PAGE = "<!doctype html><html><head><title>Sign in</title></head><body>" +
  '<form method="post"><input name="user"><input name="password" type="password"></form>' +
  "</body></html>";
const ENDLESS_CHUNK = new Uint8Array(64 * 1024).fill(0x20);

/** Does what the mode says, on a request that was read to its end. */
export async function respond(mode: CrmMode, response: ServerResponse): Promise<void> {
  switch (mode.kind) {
    case "answer":
      return sendAnswer(mode, response);
    case "silent":
      return;
    case "headers_then_silence":
      response.writeHead(mode.status ?? 200, { "content-type": "application/json" });
      response.write('{"status":');
      return;
    case "slow":
      await mode.until;
      return await respond(mode.then ?? { kind: "answer" }, response);
    case "redirect":
      response.writeHead(mode.status ?? 302, { location: LOGIN_PATH });
      response.end();
      return;
    case "reset_after_reading":
      response.socket?.destroy();
      return;
    case "reset_in_body":
      response.writeHead(mode.status ?? 200, {
        "content-type": "application/json",
        "content-length": 1000,
      });
      // Cut only when the half has left, or the client sees no headers either.
      response.write(`{"status":"${"o".repeat(480)}`, () => response.socket?.destroy());
      return;
    case "endless_body":
      response.writeHead(mode.status ?? 200, { "content-type": "text/plain" });
      return sendWithoutEnd(response);
    case "html_login_page":
      return sendLoginPage(response, mode.status);
  }
}

export function sendLoginPage(response: ServerResponse, status = 200): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
  response.end(LOGIN_PAGE);
}

function sendAnswer(
  { status = 200, body = { status: "ok" }, headers }: Extract<CrmMode, { kind: "answer" }>,
  response: ServerResponse,
): void {
  const isText = typeof body === "string";
  const contentType = isText ? "text/plain; charset=utf-8" : "application/json";
  response.writeHead(status, { "content-type": contentType, ...headers });
  response.end(isText ? body : JSON.stringify(body));
}

function sendWithoutEnd(response: ServerResponse): void {
  const pump = () => {
    while (!response.destroyed && response.write(ENDLESS_CHUNK));
  };
  response.on("drain", pump);
  pump();
}
