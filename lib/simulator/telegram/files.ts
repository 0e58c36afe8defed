// The files of the simulated Telegram: what people and the bot send, and what it makes of a photo's web address. It
// fetches nothing.
// Source: https://core.telegram.org/bots/api#sending-files

import type { Document, PhotoSize, Sticker, Video, Voice } from "grammy/types";
import { linkFault } from "./links.ts";
import { type PhotoSource, PhotoSources } from "./photo_sources.ts";
import { badRequest } from "./refusal.ts";

const PHOTO_WIDTHS = [90, 320, 800];

const MAX_PHOTO_BYTES = 10 * 1024 * 1024;

/** Creates the files of one simulated Telegram, each with ids of its own. */
export class FileStore {
  /** Of the photos that the bot has sent. */
  readonly sources = new PhotoSources();
  readonly #broken = new Set<(url: string) => boolean>();
  readonly #botId: number;
  /** By the id of each of their sizes. */
  readonly #photos = new Map<string, PhotoSize[]>();
  #created = 0;

  /** From now on Telegram cannot fetch the addresses that match; the returned function ends that. */
  breakAddress(matches: (url: string) => boolean): () => void {
    this.#broken.add(matches);
    return () => this.#broken.delete(matches);
  }

  /** @param botId Of the bot that gets the ids: another one can do nothing with them. */
  constructor(botId: number) {
    this.#botId = botId;
  }

  /** The sizes of a photo that a bot sends by its id or by its web address. */
  photoNamed(idOrUrl: string): PhotoSize[] {
    return this.#photos.get(idOrUrl) ?? this.#fetchPhoto(idOrUrl);
  }

  /** The sizes of a photo that a bot sends as bytes (https://core.telegram.org/bots/api#sendphoto). */
  receivePhoto(file: Uint8Array): PhotoSize[] {
    if (file.length === 0) throw badRequest("file must be non-empty");
    if (file.length > MAX_PHOTO_BYTES) throw badRequest("file is too big");
    if (!isImage(file)) throw badRequest("IMAGE_PROCESS_FAILED");
    return this.#createFrom({ kind: "bytes", bytes: file });
  }

  #fetchPhoto(url: string): PhotoSize[] {
    if (!/^https?:\/\//i.test(url) || linkFault(url) === "URL host is empty") {
      throw badRequest("wrong file identifier/HTTP URL specified");
    }
    for (const isBroken of this.#broken) {
      if (isBroken(url)) throw badRequest("failed to get HTTP URL content");
    }
    return this.#createFrom({ kind: "address", url });
  }

  #createFrom(source: PhotoSource): PhotoSize[] {
    const sizes = this.createPhoto();
    this.sources.remember(sizes, source);
    return sizes;
  }

  createPhoto(): PhotoSize[] {
    const sizes = PHOTO_WIDTHS.map((width) => ({
      ...this.#ids("AgACAgIAAxk"),
      width,
      height: width * 3 / 4,
      file_size: width * 150,
    }));
    for (const { file_id } of sizes) this.#photos.set(file_id, sizes);
    return sizes;
  }

  createDocument(): Document {
    const ids = this.#ids("BQACAgIAAxk");
    return { file_name: "file.pdf", mime_type: "application/pdf", ...ids, file_size: 48_000 };
  }

  createVoice(): Voice {
    return {
      duration: 4,
      mime_type: "audio/ogg",
      ...this.#ids("AwACAgIAAxk"),
      file_size: 9_000,
    };
  }

  createVideo(): Video {
    const size = { width: 1280, height: 720, duration: 7, file_size: 900_000 };
    return { mime_type: "video/mp4", ...this.#ids("BAACAgIAAxk"), ...size };
  }

  createSticker(): Sticker {
    return {
      type: "regular",
      is_animated: false,
      is_video: false,
      width: 512,
      height: 512,
      emoji: "👍",
      ...this.#ids("CAACAgIAAxk"),
    };
  }

  #ids(prefix: string) {
    const number = String(++this.#created).padStart(8, "0");
    return { file_id: `${prefix}BAAM${this.#botId}x${number}QAC`, file_unique_id: `AQAD${number}` };
  }
}

/** Whether a file begins as a JPEG, a PNG or a WebP does. */
function isImage(file: Uint8Array): boolean {
  const head = String.fromCharCode(...file.subarray(0, 12));
  return head.startsWith("\xff\xd8\xff") || head.startsWith("\x89PNG\r\n\x1a\n") ||
    (head.startsWith("RIFF") && head.endsWith("WEBP"));
}
