// Sends a greeting with its profile's uploaded photo: as bytes once, afterwards by the id that Telegram gave it. Does not
// decide what is sent in its place.

import { type Api, InputFile } from "grammy";
import type { InlineKeyboardMarkup, Message } from "grammy/types";
import { isRecord } from "../foreign.ts";
import type { Journal } from "../journal/journal.ts";
import type { PhotoStore } from "../profiles/photos/store.ts";
import { describeError, failureOf, isRefusedAs } from "../telegram/failures.ts";

/** Deadline of an upload, in s: 5 MiB at 1.4 Mbit/s. What its visitor does meanwhile waits. */
export const UPLOAD_SECONDS = 30;

/** How long a greeting waits for another visitor's upload of the same photo, in ms. */
const WAIT_MS = 3_000;

/** How long after a failed upload greetings go without that photo, in ms. */
export const PAUSE_MS = 60_000;

/** Uploads at once: each holds its photo in memory, and all share the machine's way out. */
const MOST_UPLOADS = 4;

/** Longest id that is recorded, in characters; Telegram's have about 80. */
const MOST_ID_CHARACTERS = 512;

/** What goes with the photo. */
export interface PhotoMessage {
  readonly caption: string;
  readonly reply_markup: InlineKeyboardMarkup;
}

/** How a send ended. */
export type PhotoSend =
  | { readonly kind: "sent"; readonly message: Message }
  /** The greeting has to go without it; `reason` is in Russian. */
  | { readonly kind: "without"; readonly reason: string };

/** Sends uploaded photos. */
export interface GreetingPhotos {
  /**
   * Sends a photo to a chat.
   *
   * @param sendById Sends the same message with a photo that Telegram has.
   * @throws As the Bot API's client, unless the failure concerns the photo.
   */
  send(
    name: string,
    chatId: number,
    message: PhotoMessage,
    sendById: (fileId: string) => Promise<Message>,
  ): Promise<PhotoSend>;
}

/** What sending needs. */
export interface GreetingPhotoOptions {
  readonly journal: Pick<Journal, "sentPhoto" | "rememberSentPhoto" | "forgetSentPhoto">;
  readonly photos: Pick<PhotoStore, "read">;
  /** With a deadline of `UPLOAD_SECONDS`; a photo whose outcome is unknown is not sent again. */
  readonly uploads: Pick<Api, "sendPhoto">;
  /** Ends early when the process stops. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopping: AbortSignal;
  /** A monotonic clock for spans, in ms. */
  readonly elapsedMs: () => number;
}

/** Of a photo one upload is under way; other greetings wait for it briefly. */
export function createGreetingPhotos(options: GreetingPhotoOptions): GreetingPhotos {
  const { journal, photos, uploads, sleep, stopping, elapsedMs } = options;
  // grammY's types name a polyfill's AbortSignal; its web build takes the platform's.
  const signal = stopping as unknown as Parameters<Api["sendPhoto"]>[3];
  /** Resolve with the photo's id; undefined if the upload failed. */
  const underWay = new Map<string, Promise<string | undefined>>();
  const pausedUntilMs = new Map<string, number>();

  /** The id that another greeting's upload brings, if it does so soon. */
  function uploadedId(upload: Promise<string | undefined>): Promise<string | undefined> {
    return Promise.race([upload, sleep(WAIT_MS).then(() => undefined)]);
  }

  async function sendBytes(
    name: string,
    chatId: number,
    message: PhotoMessage,
  ): Promise<PhotoSend> {
    if (underWay.has(name)) return without("его ещё загружают");
    if (elapsedMs() < (pausedUntilMs.get(name) ?? -Infinity)) {
      return without("загрузка недавно не удалась");
    }
    if (underWay.size >= MOST_UPLOADS) return without("загружаются другие фото");
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    underWay.set(name, promise);
    try {
      const bytes = await photos.read(name);
      if (bytes === undefined) return without("загруженного фото больше нет");
      const file = new InputFile(bytes, name);
      const sent = await uploads.sendPhoto(chatId, file, message, signal);
      const fileId = fileIdOf(sent);
      if (fileId !== undefined) await remember(() => journal.rememberSentPhoto(name, fileId));
      resolve(fileId);
      pausedUntilMs.delete(name);
      return { kind: "sent", message: sent };
    } catch (error) {
      const kind = failureOf(error)?.kind;
      if (kind === "forbidden" || kind === "too_many" || kind === "unauthorized") throw error;
      pausedUntilMs.set(name, elapsedMs() + PAUSE_MS);
      return without(describeError(error));
    } finally {
      underWay.delete(name);
      resolve(undefined);
    }
  }

  return {
    async send(name, chatId, message, sendById) {
      const known = await journal.sentPhoto(name);
      // Nothing is awaited between this look and noting an upload as under way: a crowd comes at the same moment.
      const upload = underWay.get(name);
      const fileId = known ?? (upload && await uploadedId(upload));
      if (fileId === undefined) return await sendBytes(name, chatId, message);
      try {
        return { kind: "sent", message: await sendById(fileId) };
      } catch (error) {
        const kind = failureOf(error)?.kind;
        if (kind !== "refused" && kind !== "unreached") throw error;
        const reason = describeError(error);
        if (!isRefusedAs(reason, "unknown_file")) return without(reason);
        await remember(() => journal.forgetSentPhoto(name));
        return await sendBytes(name, chatId, message);
      }
    },
  };
}

/** A journal that cannot be written costs another upload; the visitor has the greeting. */
async function remember(record: () => Promise<void>): Promise<void> {
  try {
    await record();
  } catch {
    // The watch of the journal reports it.
  }
}

function without(reason: string): PhotoSend {
  return { kind: "without", reason };
}

/** The id of the largest size, which stands last (https://core.telegram.org/bots/api#photosize). */
function fileIdOf(message: Message): string | undefined {
  const sizes: unknown = "photo" in message ? message.photo : undefined;
  const largest: unknown = Array.isArray(sizes) ? sizes.at(-1) : undefined;
  const id = isRecord(largest) ? largest["file_id"] : undefined;
  return typeof id === "string" && id !== "" && id.length <= MOST_ID_CHARACTERS ? id : undefined;
}
