// Warnings about a message's buttons that do not prevent saving: at their fields, and under the preview while typing.

import { BUTTON_LINE, charactersOf, repeatsAmong } from "../../lib/profiles/button_texts.ts";
import type { Language } from "../../lib/page/language.ts";
import { BUTTONS } from "../words/buttons.ts";
import { Caution } from "./fields.tsx";

export function cautionsOf(texts: readonly string[], language: Language): Map<number, string> {
  const words = BUTTONS[language];
  const cautions = new Map<number, string>();
  texts.forEach((text, index) => {
    const used = charactersOf(text);
    if (used > BUTTON_LINE) cautions.set(index, words.long(used, BUTTON_LINE));
  });
  for (const { index, first } of repeatsAmong(texts)) cautions.set(index, words.same(first + 1));
  return cautions;
}

export function ButtonCautions({ texts, language }: {
  readonly texts: readonly string[];
  readonly language: Language;
}) {
  return (
    <>
      {[...cautionsOf(texts, language)].map(([index, caution]) => (
        <Caution key={index}>{BUTTONS[language].button(index + 1)}. {caution}</Caution>
      ))}
    </>
  );
}
