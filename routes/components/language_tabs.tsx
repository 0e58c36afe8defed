// A tab per language of a profile, and the languages that can be added.

import { PROFILE } from "../words/profile.ts";
import { TRANSLATION } from "../words/translation.ts";
import { nameOfLanguage, OFFERED } from "./languages.ts";
import type { Frame } from "./page.tsx";

export function LanguageTabs({ frame, path, languages, shown }: {
  readonly frame: Frame;
  readonly path: string;
  readonly languages: readonly string[];
  /** The open tab; null for the base. */
  readonly shown: string | null;
}) {
  const words = TRANSLATION[frame.language];
  const tabs = shown === null || languages.includes(shown) ? languages : [...languages, shown];
  return (
    <nav class="tabs" aria-label={words.languages}>
      <a href={path} aria-current={shown === null ? "page" : undefined}>
        {PROFILE[frame.language].base}
      </a>
      {tabs.map((tag) => (
        <a
          key={tag}
          href={`${path}/languages/${tag}`}
          lang={tag}
          aria-current={shown === tag ? "page" : undefined}
        >
          {nameOfLanguage(tag)}
        </a>
      ))}
      <details class="dropdown">
        <summary>{words.add}</summary>
        <ul>
          {OFFERED.filter((tag) => !tabs.includes(tag)).map((tag) => (
            <li key={tag}>
              <a href={`${path}/languages/${tag}`} lang={tag}>{nameOfLanguage(tag)}</a>
            </li>
          ))}
        </ul>
      </details>
    </nav>
  );
}
