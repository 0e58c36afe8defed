// A simulated Telegram with a client, for tests of what calls meet.

import assert from "node:assert/strict";
import {
  type Fault,
  startTelegramServer,
  type TelegramServer,
} from "../../lib/simulator/telegram/server.ts";
import { createApi } from "../../lib/telegram/client.ts";

/** The bot's token, which no log line or error may show. */
export const TOKEN = "987654321:AAF0test-token-that-must-never-be-seen00";

/** A Telegram, a visitor who started the bot, and a client whose calls are not repeated. */
export async function withTelegram(
  run: (here: {
    telegram: TelegramServer;
    api: ReturnType<typeof createApi>;
    chatId: number;
  }) => Promise<void>,
): Promise<void> {
  await using telegram = await startTelegramServer({ token: TOKEN });
  const visitor = telegram.user({ first_name: "Galliard" });
  visitor.start();
  const api = createApi({ token: TOKEN, apiRoot: telegram.url });
  await run({ telegram, api, chatId: visitor.id });
}

/** What a call throws. */
export async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  return assert.fail("the call went well");
}

/** A refusal of the Bot API's. */
export function refusal(error_code: number, description: string, parameters = {}): Fault {
  return { kind: "error", error_code, description, parameters };
}

/** How often a message was sent. */
export function countCalls(telegram: TelegramServer): number {
  return telegram.calls.filter(({ method }) => method === "sendMessage").length;
}
