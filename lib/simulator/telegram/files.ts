// The files of the simulated Telegram: what people send, and what it makes of a photo's web address. It
// fetches nothing and stores no bytes.
// Source: https://core.telegram.org/bots/api#sending-files

import type { Document, PhotoSize, Sticker, Video, Voice } from "grammy/types";
import { linkFault } from "./links.ts";
import { badRequest } from "./refusal.ts";

const PHOTO_WIDTHS = [90, 320, 800];

/** So many addresses of photos are remembered. */
const MOST_ADDRESSES = 1000;

/** Creates the files of one simulated Telegram, each with ids of its own. */
export class FileStore {
  readonly #broken = new Set<(url: string) => boolean>();
  readonly #addresses = new Map<string, string>();
  #created = 0;

  /** From now on Telegram cannot fetch the addresses that match; the returned function ends that. */
  breakAddress(matches: (url: string) => boolean): () => void {
    this.#broken.add(matches);
    return () => this.#broken.delete(matches);
  }

  /** The sizes of a photo that a bot sends by its web address. */
  fetchPhoto(url: string): PhotoSize[] {
    if (!/^https?:\/\//i.test(url) || linkFault(url) === "URL host is empty") {
      throw badRequest("wrong file identifier/HTTP URL specified");
    }
    for (const isBroken of this.#broken) {
      if (isBroken(url)) throw badRequest("failed to get HTTP URL content");
    }
    const sizes = this.createPhoto();
    for (const { file_id } of sizes) this.#addresses.set(file_id, url);
    for (const oldest of this.#addresses.keys()) {
      if (this.#addresses.size <= MOST_ADDRESSES) break;
      this.#addresses.delete(oldest);
    }
    return sizes;
  }

  /** The address that a photo came from; undefined for what people send, and for photos of long ago. */
  addressOf(fileId: string): string | undefined {
    return this.#addresses.get(fileId);
  }

  createPhoto(): PhotoSize[] {
    return PHOTO_WIDTHS.map((width) => ({
      ...this.#ids("AgACAgIAAxk"),
      width,
      height: width * 3 / 4,
      file_size: width * 150,
    }));
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
    return { file_id: `${prefix}BAAM${number}QAC`, file_unique_id: `AQAD${number}` };
  }
}
