// The files that the simulated Telegram keeps: what it gives for an upload, a web address or a
// file_id. It fetches nothing and stores no bytes.
// Source: https://core.telegram.org/bots/api#sending-files

import type { Document, PhotoSize, Sticker, Video, Voice } from "grammy/types";
import { linkFault } from "./links.ts";
import type { UploadedFile } from "./params.ts";
import { badRequest } from "./refusal.ts";

/** Why Telegram cannot use what stands at an address. */
export type PhotoFault = "unreachable" | "not a picture" | "wrong address";

const FAULT_TEXTS: Readonly<Record<PhotoFault, string>> = {
  unreachable: "failed to get HTTP URL content",
  "not a picture": "wrong type of the web page content",
  "wrong address": "wrong file identifier/HTTP URL specified",
};
const PHOTO_WIDTHS = [90, 320, 800];

interface BrokenAddress {
  matches: (url: string) => boolean;
  fault: PhotoFault;
}

export class FileStore {
  readonly #photos = new Map<string, PhotoSize[]>();
  readonly #documents = new Map<string, Document>();
  readonly #photosByUrl = new Map<string, PhotoSize[]>();
  readonly #broken = new Set<BrokenAddress>();
  #created = 0;

  /** From now on the address (or every address the function accepts) is of no use to Telegram. */
  breakAddress(matches: string | ((url: string) => boolean), fault: PhotoFault): () => void {
    const accepts = typeof matches === "string" ? (url: string) => url === matches : matches;
    const broken = { matches: accepts, fault };
    this.#broken.add(broken);
    return () => this.#broken.delete(broken);
  }

  /** The sizes of a photo that a bot sends. */
  photo(source: string | UploadedFile): PhotoSize[] {
    if (typeof source !== "string") return this.createPhoto(source.bytes.length);
    const known = this.#photos.get(source);
    if (known) return known;
    if (this.#documents.has(source)) throw badRequest("can't use file of type Document as Photo");
    this.#checkAddress(source);
    const fetched = this.#photosByUrl.get(source) ?? this.createPhoto();
    this.#photosByUrl.set(source, fetched);
    return fetched;
  }

  /** The document that a bot sends. */
  document(source: string | UploadedFile): Document {
    if (typeof source !== "string") {
      return this.createDocument(source.name, source.type, source.bytes.length);
    }
    const known = this.#documents.get(source);
    if (known) return known;
    if (this.#photos.has(source)) throw badRequest("can't use file of type Photo as Document");
    this.#checkAddress(source);
    return this.createDocument(source.split("/").at(-1) || "file");
  }

  createPhoto(fileSize = 120_000): PhotoSize[] {
    const sizes = PHOTO_WIDTHS.map((width) => ({
      ...this.#ids("AgACAgIAAxk"),
      width,
      height: width * 3 / 4,
      file_size: Math.ceil(fileSize * width / 800),
    }));
    for (const size of sizes) this.#photos.set(size.file_id, sizes);
    return sizes;
  }

  createDocument(name = "file.pdf", type = "application/pdf", fileSize = 48_000): Document {
    const ids = this.#ids("BQACAgIAAxk");
    const document = { file_name: name, mime_type: type, ...ids, file_size: fileSize };
    this.#documents.set(document.file_id, document);
    return document;
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

  createSticker(emoji: string): Sticker {
    return {
      type: "regular",
      is_animated: false,
      is_video: false,
      width: 512,
      height: 512,
      emoji,
      ...this.#ids("CAACAgIAAxk"),
    };
  }

  #checkAddress(source: string): void {
    if (!/^https?:\/\//i.test(source) || linkFault(source) === "URL host is empty") {
      throw badRequest(FAULT_TEXTS["wrong address"]);
    }
    for (const broken of this.#broken) {
      if (broken.matches(source)) throw badRequest(FAULT_TEXTS[broken.fault]);
    }
  }

  #ids(prefix: string) {
    const number = String(++this.#created).padStart(8, "0");
    return { file_id: `${prefix}BAAM${number}QAC`, file_unique_id: `AQAD${number}` };
  }
}
