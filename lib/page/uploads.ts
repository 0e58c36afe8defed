// How many large forms are read at once: each may hold a whole photo in memory.

import { HttpError } from "fresh";
import { MOST_PHOTO_BYTES } from "../profiles/photos/photo.ts";
import { MOST_FORM_BYTES } from "./form.ts";
import { boundaryOf, type FormWithFile, readMultipart } from "./multipart.ts";

/** Most large forms at once, about 11 MB each; a browser sends one. */
const MOST_UPLOADS = 4;

/** Reads forms with a photo. */
export interface Uploads {
  /** @throws {HttpError} As `readMultipart`, 415 for another kind of body, and 503 while too many are read. */
  read(request: Request): Promise<FormWithFile>;
}

export function createUploads(): Uploads {
  let reading = 0;
  return {
    async read(request) {
      const boundary = boundaryOf(request);
      if (boundary === undefined) {
        await request.body?.cancel();
        throw new HttpError(415);
      }
      const announced = request.headers.get("content-length");
      const isSmall = announced !== null && Number(announced) <= MOST_FORM_BYTES;
      if (isSmall) return await readMultipart(request, boundary, MOST_PHOTO_BYTES);
      if (reading >= MOST_UPLOADS) {
        await request.body?.cancel();
        throw new HttpError(503);
      }
      reading++;
      try {
        return await readMultipart(request, boundary, MOST_PHOTO_BYTES);
      } finally {
        reading--;
      }
    },
  };
}
