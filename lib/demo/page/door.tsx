// A link into the config page.

import type { DemoWords } from "./words.ts";

/** A link into the config page, which logs in on the way. */
export function Door(
  { to, words, class: name, children }: {
    readonly to: string;
    readonly words: DemoWords;
    readonly class: string;
    readonly children: string;
  },
) {
  return (
    <a
      class={name}
      href={`/demo/config?to=${encodeURIComponent(to)}`}
      target="_blank"
      rel="noopener"
    >
      {children}
      <span aria-hidden="true">↗</span>
      <span class="visually-hidden">, {words.newTab}</span>
    </a>
  );
}
