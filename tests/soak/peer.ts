// The Bot API, the managers' chat and the CRM of the soak: lean and flaky. They record what they see in the ledger.

import type { IncomingMessage, ServerResponse } from "node:http";
import { type CrmMode, respond } from "../../lib/simulator/crm/modes.ts";
import { HttpFront, readBody } from "../../lib/simulator/http_front.ts";
import { sendGatewayPage, sendJson, sendRefusal } from "../../lib/simulator/telegram/http.ts";
import { createGroupLimit } from "../../lib/simulator/telegram/limits.ts";
import { TelegramRefusal } from "../../lib/simulator/telegram/refusal.ts";
import {
  BOT,
  isConfirmation,
  numberOf,
  numberOfLead,
  type PostedLead,
  sentMessage,
} from "../bench/presses.ts";
import { Session } from "../bench/session.ts";
import type { CallFault } from "./flaky.ts";
import type { Ledger } from "./ledger.ts";

/** Longest wait of a getUpdates, in ms: what the bot asks for. */
const LONG_POLL_MS = 10_000;

const MAX_BODY_BYTES = 1024 * 1024;

export interface PeerOptions {
  readonly ledger: Ledger;
  /** Called when a visitor who wrote /start is greeted. */
  readonly greeted: (visitor: number) => void;
  readonly nextFault: (method: string) => CallFault | undefined;
  readonly nextCrmMode: () => CrmMode;
}

/** The most open connections since the last call. */
export interface Connections {
  readonly botApi: number;
  readonly crm: number;
}

export interface Peer {
  readonly botApi: string;
  readonly webhook: string;
  push(update: object): void;
  /** Resolves when the bot first asks for updates. */
  readonly polled: Promise<unknown>;
  /** When the bot last asked for something but updates, in ms of `performance.now()`. */
  lastCallAtMs(): number;
  takeConnections(): Connections;
  /** How many messages the managers' chat took, and refused with 429. */
  readonly managersChat: { readonly messages: number; readonly refused: number };
  close(): Promise<void>;
}

export async function openPeer(options: PeerOptions): Promise<Peer> {
  const { ledger, nextFault, nextCrmMode } = options;
  const session = new Session();
  const release = setInterval(() => session.push([], () => {}), LONG_POLL_MS);
  const groupLimit = createGroupLimit();
  const managersChat = { messages: 0, refused: 0 };

  async function answerCall(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = (request.url ?? "").replace(/^.*\//, "");
    const params = await readJson(request);
    if (method !== "getUpdates") session.lastCallAtMs = performance.now();
    const fault = nextFault(method);
    if (fault !== undefined && !await passes(fault, response)) return;
    try {
      const result = await call(method, params);
      if (fault?.kind === "reset_after") response.socket?.destroy();
      else sendJson(response, 200, { ok: true, result });
    } catch (error) {
      if (!(error instanceof TelegramRefusal)) throw error;
      managersChat.refused++;
      sendRefusal(response, error);
    }
  }

  async function call(method: string, params: Params): Promise<unknown> {
    const chatId = Number(params["chat_id"]);
    const { text } = params;
    switch (method) {
      case "getUpdates":
        return JSON.parse(await session.updates(params));
      case "getMe":
        return BOT;
      case "editMessageText":
        if (isConfirmation(text)) ledger.note(numberOf(chatId), "confirmed");
        else ledger.fault(`a menu became ${JSON.stringify(text)}`);
        return sentMessage(chatId, text);
      case "sendMessage":
        if (chatId < 0) return showManagers(chatId, String(text));
        if (params["reply_markup"] !== undefined) options.greeted(numberOf(chatId));
        return sentMessage(chatId, text);
      case "answerCallbackQuery":
      case "setMyCommands":
        return true;
      case "getChat":
        return { id: chatId, type: "supergroup", title: "Менеджеры" };
      case "getChatMember":
        return { status: "administrator", user: BOT };
      default:
        ledger.fault(`a call of ${method}`);
        return true;
    }
  }

  function showManagers(chatId: number, text: string): object {
    groupLimit.admit(1, performance.now());
    managersChat.messages++;
    const named = [...text.matchAll(/@visitor_(\d+)/g)].map(([, number]) => Number(number));
    if (text.startsWith("📎")) named.slice(0, 1).forEach((each) => ledger.followUpShown(each));
    else named.forEach((each) => ledger.note(each, "shown"));
    return { ...sentMessage(chatId, text), message_id: managersChat.messages };
  }

  async function takeLead(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const visitor = numberOfLead(await readJson(request) as PostedLead);
    const key = request.headers["idempotency-key"];
    ledger.posted(visitor, Array.isArray(key) ? key.join() : key);
    let mode = nextCrmMode();
    if (mode.kind === "slow") {
      await mode.until;
      mode = mode.then ?? { kind: "answer" };
    }
    const accepts = mode.kind === "answer" && (mode.status ?? 200) === 200;
    if (accepts && !response.destroyed) ledger.note(visitor, "accepted");
    await respond(mode, response);
  }

  const api = await openCounted(answerCall, ledger);
  const crm = await openCounted(takeLead, ledger);
  return {
    botApi: api.origin,
    webhook: `${crm.origin}/webhook/soak`,
    push: (update) => session.push([update], () => {}),
    polled: session.firstPoll.promise,
    lastCallAtMs: () => session.lastCallAtMs,
    takeConnections: () => ({ botApi: api.takePeak(), crm: crm.takePeak() }),
    managersChat,
    async close() {
      clearInterval(release);
      await Promise.all([api.close(), crm.close()]);
    },
  };
}

type Params = Readonly<Record<string, unknown>>;

async function readJson(request: IncomingMessage): Promise<Params> {
  const body = await readBody(request, MAX_BODY_BYTES);
  return body.length === 0 ? {} : JSON.parse(new TextDecoder().decode(body));
}

/** Applies a fault that precedes the processing; says whether to go on. */
async function passes(fault: CallFault, response: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case "error":
      sendRefusal(
        response,
        new TelegramRefusal(fault.error_code, fault.description, fault.parameters),
      );
      return false;
    case "html":
      sendGatewayPage(response, fault.status);
      return false;
    case "reset_before":
      response.socket?.destroy();
      return false;
    case "hold":
      await fault.until;
      return true;
    case "reset_after":
      return true;
  }
}

/** A server that remembers the most connections since `takePeak` was last called. */
async function openCounted(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  ledger: Ledger,
) {
  let peak = 0;
  const front = await HttpFront.open((request, response) => {
    peak = Math.max(peak, front.openConnections);
    answer(request, response).catch((error) => {
      // A stopping bot leaves requests half written.
      if (request.complete) ledger.fault(`the peer failed: ${error?.message ?? error}`);
      response.destroy();
    });
  });
  return {
    origin: front.origin,
    takePeak() {
      const taken = Math.max(peak, front.openConnections);
      peak = 0;
      return taken;
    },
    close: () => front.down(),
  };
}
