// Preview of the menu, built by the functions that write the bot's messages.

import type { MenuTexts } from "../../lib/profiles/profile.ts";
import { away, menu } from "../../lib/visitors/texts.ts";
import type { Language } from "../../lib/page/language.ts";
import { PREVIEW } from "../words/preview.ts";
import { ButtonCautions } from "./button_cautions.tsx";
import { Keyboard, Message } from "./telegram.tsx";

export function MenuPreview({ draft, language }: {
  readonly draft: MenuTexts;
  readonly language: Language;
}) {
  const words = PREVIEW[language];
  const { text, keyboard } = menu(draft);
  const buttons = (
    <Keyboard
      keyboard={keyboard}
      draw={(label) => <span class="key" data-part="button_text">{label}</span>}
    />
  );
  return (
    <section class="preview" id="preview" aria-label={words.title}>
      <h2>{words.visitor}</h2>
      <div class="phone">
        <Message text={text} part="welcome">{buttons}</Message>
        <ButtonCautions texts={draft.menu.map((button) => button.text)} language={language} />
        <p class="press">{words.wasAway}</p>
        <Message text={away(draft)} part="away">{buttons}</Message>
      </div>
    </section>
  );
}
