// Wires the bot: its retries, the photos of its greetings, and who is a manager.

import type { Config } from "./config.ts";
import type { AllManagersChats } from "./managers_chats.ts";
import { createBot } from "../bot/bot.ts";
import { createMembership } from "../managers/membership.ts";
import { createApi, type TelegramOptions } from "../telegram/client.ts";
import { createBudgets, withRetries, withRetriesOfEach } from "../telegram/send_retries.ts";
import type { SendPace } from "../telegram/send_pace.ts";
import {
  createGreetingPhotos,
  type GreetingPhotoOptions,
  UPLOAD_SECONDS,
} from "../visitors/greeting_photo.ts";
import { isWorkTime } from "../work_hours.ts";

type Deps = Parameters<typeof createBot>[1];

type Built =
  | "greetingPhotos"
  | "isManager"
  | "newId"
  | "scopeOf"
  | "isWorkTime"
  | "publicUrl"
  | "pause";

/** What it needs beside what it makes itself. */
export interface BotPartOptions
  extends Omit<Deps, Built | "journal">, Omit<GreetingPhotoOptions, "uploads" | "journal"> {
  readonly journal: Deps["journal"] & GreetingPhotoOptions["journal"];
  readonly config: Pick<Config, "workHours" | "timeZone" | "publicUrl">;
  readonly telegram: TelegramOptions;
  readonly pace: SendPace;
  readonly chats: AllManagersChats;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** Calls Telegram only for updates that it is handed. */
export function createBotPart(options: BotPartOptions): ReturnType<typeof createBot> {
  const { config, telegram, pace, chats, sleep, random, elapsedMs, log } = options;
  const budgetOf = createBudgets();
  return createBot({
    ...telegram,
    pace: pace.at("visitor"),
    sent: chats.noteSent,
    retries: (update) => withRetries(sleep, random, budgetOf(update)),
  }, {
    ...options,
    greetingPhotos: createGreetingPhotos({
      ...options,
      uploads: createApi(
        { ...telegram, timeoutSeconds: UPLOAD_SECONDS },
        pace.at("visitor"),
        withRetriesOfEach(sleep, random),
      ),
    }),
    isManager: createMembership({
      api: createApi(telegram),
      chats: () => [...new Set(chats.keys().map((key) => chats.at(key).chatId()))],
      now: elapsedMs,
      log,
    }).isManager,
    newId: () => crypto.randomUUID(),
    scopeOf: chats.scopeOf,
    isWorkTime: (atMs) => isWorkTime(config.workHours, atMs, config.timeZone),
    publicUrl: config.publicUrl,
    pause: () => new Promise((resolve) => void setImmediate(resolve)),
  });
}
