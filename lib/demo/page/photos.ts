// The pictures of the demo: one for each profile, drawn from its key, so that no network is needed; and where a picture
// is that the bot has sent.

import type { PhotoSource } from "../../simulator/telegram/server.ts";

/** Where a profile's picture is. */
export function photoPath(key: string): string {
  return `/demo/photos/${encodeURIComponent(key)}.svg`;
}

/** Where the bytes of a photo are that the bot has sent. */
export function sentPhotoPath(fileId: string): string {
  return `/demo/sent/${encodeURIComponent(fileId)}`;
}

/**
 * The address of a sent photo for the page. The demo's own pictures are named by their path: the page may have been opened
 * by another name of this machine.
 */
export function photoAddress(fileId: string, source: PhotoSource): string {
  if (source.kind === "bytes") return sentPhotoPath(fileId);
  const url = URL.parse(source.url);
  const isOwn = url?.hostname === "127.0.0.1" && url.pathname.startsWith("/demo/photos/");
  return isOwn ? url.pathname : source.url;
}

/** The media type of a picture that Telegram has taken: a JPEG, a PNG or a WebP. */
export function imageType(bytes: Uint8Array): string {
  if (bytes[0] === 0xff) return "image/jpeg";
  return bytes[0] === 0x89 ? "image/png" : "image/webp";
}

/** What stands on the shipped profiles' pictures. */
const TITLES: Readonly<Record<string, readonly [emoji: string, title: string]>> = {
  agency: ["🔥", "MONSTER AGENCY"],
  cg: ["🎬", "MONSTER CG"],
  express: ["⚡️", "MONSTER EXPRESS"],
};

const COLOURS: readonly (readonly [string, string, string])[] = [
  ["#0f4c75", "#1b7f79", "#d9a441"],
  ["#3a1c71", "#a3386c", "#ffaf7b"],
  ["#14213d", "#0a6a90", "#f25f4c"],
];

/** A picture as SVG; undefined for a name that no profile has. */
export function drawPhoto(file: string): string | undefined {
  const key = file.endsWith(".svg") ? file.slice(0, -".svg".length) : "";
  const [emoji, title] = TITLES[key] ?? [];
  if (emoji === undefined) return undefined;
  const place = Object.keys(TITLES).indexOf(key);
  const [from, middle, to] = COLOURS[place % COLOURS.length] ?? [];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 400" width="800" height="400">
<defs><linearGradient id="sky" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${from}"/>
<stop offset="0.6" stop-color="${middle}"/><stop offset="1" stop-color="${to}"/></linearGradient></defs>
<rect width="800" height="400" fill="url(#sky)"/>
<g fill="#fff" fill-opacity="0.08"><circle cx="700" cy="60" r="180"/><circle cx="90" cy="380" r="220"/>
<circle cx="520" cy="420" r="120"/></g>
<text x="400" y="190" font-size="110" text-anchor="middle"
 font-family="Noto Color Emoji, Apple Color Emoji, Segoe UI Emoji, sans-serif">${emoji}</text>
<text x="400" y="300" font-size="64" font-weight="800" letter-spacing="4" text-anchor="middle" fill="#fff"
 font-family="system-ui, sans-serif">${title}</text>
</svg>`;
}
