// A bar per source: how many opened its link, became leads, were taken.

import type { SourceCount } from "../../lib/journal/journal.ts";
import type { SourcesWords } from "../words/sources.ts";

const WIDTH = 400;
const HEIGHT = 10;

/** The least that a bar shows of what there is. */
const LEAST = 3;

export function SourceBars({ counts, profile, words }: {
  readonly counts: readonly SourceCount[];
  readonly profile: string;
  readonly words: SourcesWords;
}) {
  const most = Math.max(...counts.map(({ opened, pressed }) => Math.max(opened, pressed)));
  return (
    <>
      <h2>{words.list}</h2>
      <ol class="sources">
        {counts.map((count) => (
          <li key={count.source}>
            <a href={`/leads?${new URLSearchParams({ profile, source: count.source })}`}>
              {count.source}
            </a>
            <Bar count={count} most={most} words={words} />
            <p>
              <span class="opened">{words.opened} {count.opened}</span>{" "}
              <span class="pressed">{words.pressed} {count.pressed}</span>{" "}
              <span class="accepted">{words.accepted} {count.accepted}</span>
            </p>
            <a
              class="link"
              href={`/profiles/${profile}/sources?${new URLSearchParams({ source: count.source })}`}
              aria-label={words.linkOf(count.source)}
            >
              {words.link}
            </a>
          </li>
        ))}
      </ol>
    </>
  );
}

function Bar({ count: { opened, pressed, accepted }, most, words }: {
  readonly count: SourceCount;
  readonly most: number;
  readonly words: SourcesWords;
}) {
  const widthOf = (count: number) =>
    count === 0 ? 0 : Math.max(LEAST, Math.round(count / most * WIDTH));
  return (
    <svg
      class="source-bar"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words.bar(opened, pressed, accepted)}
    >
      <rect class="opened" width={widthOf(Math.max(opened, pressed))} height={HEIGHT} />
      <rect class="pressed" width={widthOf(pressed)} height={HEIGHT} />
      <rect class="accepted" width={widthOf(accepted)} height={HEIGHT} />
    </svg>
  );
}
