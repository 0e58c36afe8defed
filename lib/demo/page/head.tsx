// The head of the demo's pages: the config page's look, and the demo's own on top of it.

import type { ComponentChildren } from "preact";
import { assets } from "../../../routes/assets/assets.ts";

/** The demo's own style sheets, in the order in which they count. */
export const STYLES = ["page", "phone", "chat", "crm"] as const;

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
      {STYLES.map((name) => <link key={name} rel="stylesheet" href={`/demo/${name}.css`} />)}
      {children}
    </head>
  );
}
