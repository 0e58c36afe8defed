// The HTTP side of the simulated Bot API: reads a call, lets an ordered fault happen, answers as
// Telegram does. Knows no method.

import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../http_front.ts";
import type { CallList, CallOutcome } from "./calls.ts";
import type { Fault, FaultBook, IncomingCall } from "./faults.ts";
import { callMethod } from "./methods.ts";
import { Params } from "./params.ts";
import { TelegramRefusal } from "./refusal.ts";
import { parsePath, readParams } from "./requests.ts";
import type { World } from "./world.ts";

const MAX_BODY_BYTES = 50 * 1024 * 1024;

/** Answers HTTP requests: reads the call, lets the ordered fault happen, answers as Telegram. */
export class BotApi {
  constructor(
    readonly token: string,
    readonly world: World,
    readonly calls: CallList,
    readonly faults: FaultBook,
  ) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = parsePath(request.url ?? "");
    const body = await readBody(request, MAX_BODY_BYTES).catch((error: unknown) => error);
    if (!(body instanceof Uint8Array)) {
      request.socket.destroy();
      return;
    }
    if (!path || path.token !== this.token) {
      const refusal = path
        ? new TelegramRefusal(401, "Unauthorized")
        : new TelegramRefusal(404, "Not Found");
      return sendRefusal(response, refusal);
    }
    const atMs = this.world.now();
    let params = new Params({});
    let refusal: TelegramRefusal | undefined;
    try {
      params = await readParams(path.query, request.headers["content-type"] ?? "", body);
    } catch (error) {
      refusal = asRefusal(error);
    }
    const chatId = Number(params.raw["chat_id"]);
    const call: IncomingCall = {
      method: path.method,
      params: params.raw,
      chatId: Number.isInteger(chatId) ? chatId : undefined,
    };
    const files = [...params.files.values()];
    const record = (outcome: CallOutcome) => this.calls.add({ ...call, files, atMs, outcome });
    if (refusal) {
      sendRefusal(response, refusal);
      return record(errorOutcome(refusal));
    }
    const fault = this.faults.take(call);
    if (fault && !await this.#passes(fault, response, record)) return;
    await this.#process(call.method, params, fault, response, record);
  }

  /** Lets a fault happen that comes before the processing; says whether to go on. */
  async #passes(
    fault: Fault,
    response: ServerResponse,
    record: (outcome: CallOutcome) => void,
  ): Promise<boolean> {
    switch (fault.kind) {
      case "hold":
        await fault.until;
        return true;
      case "reset_after":
      case "hang_after":
        return true;
      case "reset_before":
        response.socket?.destroy();
        record({ kind: "reset", processed: false });
        return false;
      case "hang":
        record({ kind: "hung", processed: false });
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
    if (fault?.kind === "hang_after") return record({ kind: "hung", processed: true });
    if (gone.signal.aborted) return record({ kind: "reset", processed: true });
    if (outcome.kind === "ok") sendJson(response, 200, { ok: true, result: outcome.result });
    else if (outcome.kind === "error") sendError(response, outcome);
    record(outcome);
  }
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

/** Answers as Telegram says no. */
export function sendRefusal(response: ServerResponse, refusal: TelegramRefusal): void {
  sendError(response, errorOutcome(refusal));
}

function sendError(response: ServerResponse, { kind: _, ...error }: ErrorOutcome): void {
  sendJson(response, error.error_code, { ok: false, ...error });
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": new TextEncoder().encode(body).length,
  });
  response.end(body);
}

/** Answers as what stands before Telegram does when Telegram does not. */
export function sendGatewayPage(response: ServerResponse, status: number): void {
  const title = `${status} ${status === 502 ? "Bad Gateway" : "Gateway Error"}`;
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n` +
    `<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>`;
  response.writeHead(status, { "content-type": "text/html" });
  response.end(page);
}
