// Serves the page's own files.

import { HttpError } from "fresh";
import { takesGzip } from "../lib/page/compression.ts";
import { define } from "../lib/page/state.ts";
import { assets } from "./assets/assets.ts";

export const handler = define.handlers({
  GET(ctx) {
    const asset = Object.values(assets()).find(({ path }) => path === ctx.url.pathname);
    if (asset === undefined) throw new HttpError(404);
    const gzip = takesGzip(ctx.req);
    return new Response(gzip ? asset.gzipped : asset.content, {
      headers: {
        "content-type": asset.type,
        "cache-control": "public, max-age=31536000, immutable",
        "vary": "accept-encoding",
        ...gzip ? { "content-encoding": "gzip" } : {},
      },
    });
  },
});
