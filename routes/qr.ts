// A profile's deep link as a QR code; with `?source=` in the address, the link of that source.

import { HttpError } from "fresh";
import { encode } from "uqr";
import { bitmapPng } from "../lib/page/png.ts";
import { define, type State, type WebDeps } from "../lib/page/state.ts";
import { profileKey } from "./profile.tsx";
import { deepLink } from "./deep_link.ts";
import { wordWithSource } from "../lib/profiles/link_word.ts";

/** Quiet zone around the code, in modules (ISO/IEC 18004, 9.1). */
const QUIET = 4;

/** Pixels per module in the PNG: sharp on a poster too. */
const PIXELS = 16;

export const svg = define.handlers({
  GET(ctx) {
    return new Response(drawQr(linkOf(ctx)), { headers: { "content-type": "image/svg+xml" } });
  },
});

export const png = define.handlers({
  GET(ctx) {
    const { data } = encode(linkOf(ctx), { border: QUIET });
    return new Response(bitmapPng(data, PIXELS), { headers: { "content-type": "image/png" } });
  },
});

/** @throws {HttpError} 404 until the bot's name is known, 400 for a source that does not fit into a link. */
function linkOf(
  ctx: {
    readonly state: State;
    readonly params: Readonly<Record<string, string>>;
    readonly url: URL;
  },
): string {
  const { deps } = ctx.state;
  const key = profileKey(ctx);
  const link = deepLink(deps, wordOf(key, ctx.url.searchParams.get("source"), deps));
  if (link === undefined) throw new HttpError(404);
  return link;
}

function wordOf(key: string, source: string | null, { profiles }: WebDeps): string {
  if (source === null) return key;
  const made = wordWithSource(profiles.current(), { key }, source);
  if ("fault" in made) throw new HttpError(400);
  return made.word;
}

/** One path of horizontal runs: a tenth of the size of a rectangle per module. */
function drawQr(text: string): string {
  const { data, size } = encode(text, { border: 0 });
  const runs = data.map((row, y) => {
    let path = "";
    for (let x = 0; x < size; x += 1) {
      if (!row[x]) continue;
      const start = x;
      while (row[x + 1]) x += 1;
      path += `M${start + QUIET} ${y + QUIET}h${x - start + 1}v1H${start + QUIET}z`;
    }
    return path;
  });
  const side = size + 2 * QUIET;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" ` +
    `shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/>` +
    `<path d="${runs.join("")}"/></svg>`;
}
