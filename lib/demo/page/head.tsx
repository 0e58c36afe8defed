// The head of the demo's pages: the config page's look, and the demo's own on top of it.

import type { ComponentChildren } from "preact";
import { assets } from "../../../routes/assets/assets.ts";

export function Head(
  { title, children }: { readonly title: string; readonly children?: ComponentChildren },
) {
  const { style, icon } = assets();
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="referrer" content="same-origin" />
      <title>{title}</title>
      <link rel="icon" href={icon.path} type="image/svg+xml" />
      <link rel="stylesheet" href={style.path} />
      <link rel="stylesheet" href="/demo/page.css" />
      {children}
    </head>
  );
}
