// The page's stylesheet, script and icon. Each address contains a hash, so that browsers can cache it forever.

import pico from "@picocss/pico/css/pico.min.css" with { type: "text" };
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import icon from "./icon.svg" with { type: "text" };
import style from "./page.css" with { type: "text" };
import script from "./page.js" with { type: "text" };

export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly content: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

/** Built at the first request: a bot whose page is never opened does not pay for it. */
export function assets(): Readonly<Record<"style" | "script" | "icon", Asset>> {
  return made ??= {
    style: asset("page.css", "text/css; charset=utf-8", `${pico}\n${style}`),
    script: asset("page.js", "text/javascript; charset=utf-8", script),
    icon: asset("icon.svg", "image/svg+xml", icon),
  };
}

let made: ReturnType<typeof assets> | undefined;

function asset(name: string, type: string, text: string): Asset {
  const content = new TextEncoder().encode(text);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const gzipped = new Uint8Array(gzipSync(content, { level: 9 }));
  return { path: `/assets/${hash}-${name}`, type, content, gzipped };
}
