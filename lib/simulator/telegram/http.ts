// The HTTP side of the simulated Bot API: reads a call, applies an ordered fault, answers as Telegram
// does. Knows no method.

import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../http_front.ts";
import type { CallList, CallOutcome } from "./calls.ts";
import type { Fault, FaultBook, IncomingCall } from "./faults.ts";
import { callMethod } from "./methods.ts";
import { boundaryOf, readForm } from "./multipart.ts";
import { isObject, Params } from "./params.ts";
import { badRequest, TelegramRefusal } from "./refusal.ts";
import type { World } from "./world.ts";

const MAX_BODY_BYTES = 1024 * 1024;

/** With a photo, which may have 10 MB (https://core.telegram.org/bots/api#sendphoto). */
const MAX_FORM_BYTES = 11 * 1024 * 1024;

/** Answers HTTP requests to the Bot API, which take their parameters as a JSON body, or as a form with files. */
export class HttpApi {
  constructor(
    readonly token: string,
    readonly world: World,
    readonly calls: CallList,
    readonly faults: FaultBook,
  ) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, token, method] = /^\/bot([^/?]+)\/([^/?]+)$/.exec(request.url ?? "") ?? [];
    const boundary = boundaryOf(request.headers["content-type"]);
    const maxBytes = boundary === undefined ? MAX_BODY_BYTES : MAX_FORM_BYTES;
    const body = await readBody(request, maxBytes).catch((error: unknown) => error);
    if (!(body instanceof Uint8Array)) {
      request.socket.destroy();
      return;
    }
    if (token === undefined || method === undefined) {
      return sendRefusal(response, new TelegramRefusal(404, "Not Found"));
    }
    if (token !== this.token) {
      return sendRefusal(response, new TelegramRefusal(401, "Unauthorized"));
    }
    const atMs = this.world.now();
    let params = new Params({});
    let refusal: TelegramRefusal | undefined;
    try {
      params = boundary === undefined ? readParams(body) : readFormParams(body, boundary);
    } catch (error) {
      refusal = asRefusal(error);
    }
    const chatId = Number(params.raw["chat_id"]);
    const call: IncomingCall = {
      method,
      params: params.raw,
      files: params.files,
      chatId: Number.isInteger(chatId) ? chatId : undefined,
    };
    const record = (outcome: CallOutcome) => this.calls.add({ ...call, atMs, outcome });
    if (refusal) {
      sendRefusal(response, refusal);
      return record(errorOutcome(refusal));
    }
    const fault = this.faults.take(call);
    if (fault && !this.#passes(fault, response, record)) return;
    await this.#process(method, params, fault, response, record);
  }

  /** Applies a fault that precedes the processing; says whether to go on. */
  #passes(
    fault: Fault,
    response: ServerResponse,
    record: (outcome: CallOutcome) => void,
  ): boolean {
    switch (fault.kind) {
      case "reset_after":
        return true;
      case "reset_before":
        response.socket?.destroy();
        record({ kind: "reset", processed: false });
        return false;
      case "hang":
        record({ kind: "hung" });
        return false;
      case "html":
        sendGatewayPage(response, fault.status);
        record(fault);
        return false;
      case "error":
        sendRefusal(
          response,
          new TelegramRefusal(fault.error_code, fault.description, fault.parameters),
        );
        record(fault);
        return false;
    }
  }

  async #process(
    method: string,
    params: Params,
    fault: Fault | undefined,
    response: ServerResponse,
    record: (outcome: CallOutcome) => void,
  ): Promise<void> {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    let outcome: CallOutcome;
    try {
      const answer = callMethod(this.world, method, params, gone.signal);
      const result = answer instanceof Promise ? await answer : answer;
      outcome = { kind: "ok", result };
    } catch (error) {
      outcome = errorOutcome(asRefusal(error));
    }
    if (fault?.kind === "reset_after") {
      response.socket?.destroy();
      return record({ kind: "reset", processed: true });
    }
    if (gone.signal.aborted) return record({ kind: "reset", processed: true });
    if (outcome.kind === "ok") sendJson(response, 200, { ok: true, result: outcome.result });
    else if (outcome.kind === "error") sendError(response, outcome);
    record(outcome);
  }
}

function readParams(body: Uint8Array): Params {
  if (body.length === 0) return new Params({});
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw badRequest("can't parse request body as JSON");
  }
  if (!isObject(value)) throw badRequest("the request body must be a JSON object");
  return new Params(value);
}

function readFormParams(body: Uint8Array, boundary: string): Params {
  const { fields, files } = readForm(body, boundary);
  return new Params(fields, files);
}

/** A defect of the simulator answers as Telegram's own would: 500. */
function asRefusal(error: unknown): TelegramRefusal {
  if (error instanceof TelegramRefusal) return error;
  console.error("The simulated Telegram failed:", error);
  return new TelegramRefusal(500, "Internal Server Error");
}

type ErrorOutcome = Extract<CallOutcome, { kind: "error" }>;

function errorOutcome({ errorCode, description, parameters }: TelegramRefusal): ErrorOutcome {
  return {
    kind: "error",
    error_code: errorCode,
    description,
    ...(parameters ? { parameters } : {}),
  };
}

/** Answers with a refusal, as Telegram words it. */
export function sendRefusal(response: ServerResponse, refusal: TelegramRefusal): void {
  sendError(response, errorOutcome(refusal));
}

function sendError(response: ServerResponse, { kind: _, ...error }: ErrorOutcome): void {
  sendJson(response, error.error_code, { ok: false, ...error });
}

/** Answers with a value as JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": new TextEncoder().encode(body).length,
  });
  response.end(body);
}

/** Answers with the HTML page of a gateway that cannot reach Telegram. */
export function sendGatewayPage(response: ServerResponse, status: number): void {
  const title = `${status} ${status === 502 ? "Bad Gateway" : "Gateway Error"}`;
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n` +
    `<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>`;
  response.writeHead(status, { "content-type": "text/html" });
  response.end(page);
}
