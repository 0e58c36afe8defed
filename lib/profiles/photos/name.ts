// The names of uploaded photos: the hash of what they hold, and their kind. Touches no file.

/** The media type of each kind of photo, by the ending of its name. */
const TYPES = { jpg: "image/jpeg", png: "image/png", webp: "image/webp" } as const;

/** A kind of photo that can be uploaded, as the ending of its name. */
export type PhotoKind = keyof typeof TYPES;

/** Whether a text can be the name of an uploaded photo; such a name leads out of no folder. */
export function isPhotoName(text: string): boolean {
  return /^[0-9a-f]{64}\.(?:jpg|png|webp)$/.test(text);
}

/** The media type behind a name for which `isPhotoName` holds. */
export function typeOfPhoto(name: string): string {
  const [, ending = ""] = name.split(".");
  return ending === "png" || ending === "webp" ? TYPES[ending] : TYPES.jpg;
}
