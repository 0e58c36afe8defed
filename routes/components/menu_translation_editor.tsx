// The form of the menu in another language beside its preview; empty fields show the base text.

import type { MenuForm } from "../../lib/profiles/menu_edits.ts";
import type { MenuTranslationForm } from "../../lib/profiles/menu_translations.ts";
import type { Fault } from "../../lib/profiles/faults.ts";
import { LIMITS } from "../../lib/profiles/limits.ts";
import type { MenuTexts } from "../../lib/profiles/profile.ts";
import { AWAY } from "../../lib/visitors/texts.ts";
import { faultSentence } from "../words/faults.ts";
import { MENU } from "../words/menu.ts";
import { PROFILE } from "../words/profile.ts";
import { TRANSLATION } from "../words/translation.ts";
import { cautionsOf } from "./button_cautions.tsx";
import { Columns, EditorForm, SaveBar } from "./editor_page.tsx";
import { Caution, FaultLine, TextArea } from "./fields.tsx";
import { LanguageTabs } from "./language_tabs.tsx";
import { nameOfLanguage } from "./languages.ts";
import { MenuPreview } from "./menu_preview.tsx";
import { type Note, NoteLine } from "./note.tsx";
import { type Frame, Page } from "./page.tsx";

export interface MenuTranslationView {
  readonly language: string;
  readonly languages: readonly string[];
  readonly form: MenuTranslationForm;
  readonly base: MenuForm;
  /** The menu as a visitor with this language would see it. */
  readonly draft: MenuTexts;
  /** The menu as visitors will see it. */
  readonly shown: MenuTexts;
  readonly version: string;
  readonly faults: readonly Fault[];
  readonly isUnsaved: boolean;
  readonly note?: Note;
}

type Sentences = ReadonlyMap<string, string>;

export function MenuTranslationEditor({ frame, view }: {
  readonly frame: Frame;
  readonly view: MenuTranslationView;
}) {
  const words = MENU[frame.language];
  const common = PROFILE[frame.language];
  const { form, base, language } = view;
  const path = `/menu/languages/${language}`;
  const sentences: Sentences = new Map(
    view.faults.map(({ path, message }) => [path, faultSentence(message, frame.language)]),
  );
  const first = ["welcome_text", "away_text"].find((each) => sentences.has(each));
  const field = (name: string, of: string) => ({
    name,
    fault: sentences.get(of),
    focus: first === of,
    lang: language,
    most: LIMITS.text,
  });
  return (
    <Page frame={frame} title={words.title}>
      <div class="title">
        <h1>{words.title}</h1>
        <nav class="beside" aria-label={common.more}>
          <a href="/menu/history">{words.history}</a>
        </nav>
      </div>
      <LanguageTabs frame={frame} path="/menu" languages={view.languages} shown={language} />
      {view.note && (
        <NoteLine
          note={view.note}
          faults={{ count: sentences.size, elsewhere: elsewhereOf(sentences, form) }}
          path={path}
          frame={frame}
        />
      )}
      <Columns
        label={common.preview}
        preview={<MenuPreview draft={view.shown} language={frame.language} />}
      >
        <EditorForm
          frame={frame}
          path={path}
          version={view.version}
          isUnsaved={view.isUnsaved}
        >
          <p class="hint">{words.translationHint(nameOfLanguage(language))}</p>
          <TextArea
            {...field("welcome", "welcome_text")}
            label={words.welcome}
            value={form.welcomeText}
            placeholder={base.welcomeText}
            rows={5}
          />
          <Buttons view={view} sentences={sentences} hasFocus={first === undefined} frame={frame} />
          <TextArea
            {...field("away", "away_text")}
            label={words.away}
            value={form.awayText}
            placeholder={base.awayText || AWAY}
            rows={3}
            hint={words.awayHint}
          />
          <SaveBar frame={frame} isUnsaved={view.isUnsaved}>
            {view.languages.includes(language) && (
              <button type="submit" class="quiet" name="do" value="remove:0">
                {TRANSLATION[frame.language].remove}
              </button>
            )}
          </SaveBar>
        </EditorForm>
      </Columns>
    </Page>
  );
}

function Buttons({ view, sentences, hasFocus, frame }: {
  readonly view: MenuTranslationView;
  readonly sentences: Sentences;
  readonly hasFocus: boolean;
  readonly frame: Frame;
}) {
  const { form, base, draft, language } = view;
  const words = TRANSLATION[frame.language];
  const cautions = cautionsOf(draft.menu.map((button) => button.text), frame.language);
  const first = form.buttons.findIndex((_, index) => sentences.has(`buttons[${index}].text`));
  return (
    <fieldset class="buttons" id="buttons">
      <legend>{MENU[frame.language].buttons}</legend>
      <ol>
        {form.buttons.map(({ callbackData, text }, index) => {
          const said = base.buttons[index]?.text ?? "";
          const fault = sentences.get(`buttons[${index}].text`);
          const caution = fault === undefined && text !== "" ? cautions.get(index) : undefined;
          return (
            <li key={callbackData}>
              <input type="hidden" name="button_key" value={callbackData} />
              <input
                type="text"
                name="button_text"
                value={text}
                placeholder={said}
                lang={language}
                autocomplete="off"
                aria-label={words.button(said)}
                aria-invalid={fault === undefined ? undefined : "true"}
                autofocus={hasFocus && index === first}
              />
              {fault !== undefined && <FaultLine fault={fault} />}
              {caution !== undefined && <Caution>{caution}</Caution>}
            </li>
          );
        })}
      </ol>
      <p class="hint">{words.buttonsHint}</p>
    </fieldset>
  );
}

function elsewhereOf(sentences: Sentences, { buttons }: MenuTranslationForm): string[] {
  const fields = new Set([
    "welcome_text",
    "away_text",
    ...buttons.map((_, index) => `buttons[${index}].text`),
  ]);
  return [...sentences].filter(([path]) => !fields.has(path))
    .map(([path, sentence]) => `${path}: ${sentence}`);
}
