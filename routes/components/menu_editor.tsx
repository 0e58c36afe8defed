// The form of the menu beside its preview.

import type { MenuForm } from "../../lib/profiles/menu_edits.ts";
import type { Fault } from "../../lib/profiles/faults.ts";
import type { MenuTexts, Profile } from "../../lib/profiles/profile.ts";
import { LIMITS } from "../../lib/profiles/limits.ts";
import { AWAY } from "../../lib/visitors/texts.ts";
import { faultSentence } from "../words/faults.ts";
import { MENU } from "../words/menu.ts";
import { PROFILE } from "../words/profile.ts";
import { Columns, EditorForm, SaveBar } from "./editor_page.tsx";
import { cautionsOf } from "./button_cautions.tsx";
import { Caution, FaultLine, TextArea } from "./fields.tsx";
import { LanguageTabs } from "./language_tabs.tsx";
import { MenuPreview } from "./menu_preview.tsx";
import { type Note, NoteLine } from "./note.tsx";
import { type Frame, Page } from "./page.tsx";

export interface MenuView {
  readonly form: MenuForm;
  /** The menu as visitors will see it. */
  readonly shown: MenuTexts;
  readonly version: string;
  readonly languages: readonly string[];
  readonly profiles: readonly Pick<Profile, "key" | "name" | "state">[];
  readonly faults: readonly Fault[];
  readonly isUnsaved: boolean;
  readonly note?: Note;
}

type Sentences = ReadonlyMap<string, string>;

export function MenuEditor({ frame, view }: { readonly frame: Frame; readonly view: MenuView }) {
  const words = MENU[frame.language];
  const common = PROFILE[frame.language];
  const { form, profiles } = view;
  const sentences: Sentences = new Map(
    view.faults.map(({ path, message }) => [path, faultSentence(message, frame.language)]),
  );
  const missing = profiles.filter(({ key, state }) =>
    state !== "draft" && !form.buttons.some((each) => each.profile === key)
  );
  return (
    <Page frame={frame} title={words.title}>
      <div class="title">
        <h1>{words.title}</h1>
        <nav class="beside" aria-label={common.more}>
          <a href="/menu/history">{words.history}</a>
        </nav>
      </div>
      <p class="hint">{words.hint}</p>
      <LanguageTabs frame={frame} path="/menu" languages={view.languages} shown={null} />
      {view.note && (
        <NoteLine
          note={view.note}
          faults={{ count: sentences.size, elsewhere: [] }}
          path="/menu"
          frame={frame}
        />
      )}
      <Columns
        label={common.preview}
        preview={<MenuPreview draft={view.shown} language={frame.language} />}
      >
        <EditorForm
          frame={frame}
          path="/menu"
          version={view.version}
          isUnsaved={view.isUnsaved}
        >
          <TextArea
            name="welcome"
            label={words.welcome}
            value={form.welcomeText}
            rows={5}
            most={LIMITS.text}
            fault={sentences.get("welcome_text")}
            focus={sentences.has("welcome_text")}
          />
          <MenuButtons form={form} profiles={profiles} sentences={sentences} frame={frame} />
          <TextArea
            name="away"
            label={words.away}
            value={form.awayText}
            placeholder={AWAY}
            rows={3}
            most={LIMITS.text}
            hint={words.awayHint}
            fault={sentences.get("away_text")}
            focus={!sentences.has("welcome_text") && sentences.has("away_text")}
          />
          {missing.length > 0 && (
            <p class="hint">
              {words.missingHint} {missing.map(({ name }) => name).join(", ")}
            </p>
          )}
          <SaveBar frame={frame} isUnsaved={view.isUnsaved} />
        </EditorForm>
      </Columns>
    </Page>
  );
}

function MenuButtons({ form, profiles, sentences, frame }: {
  readonly form: MenuForm;
  readonly profiles: MenuView["profiles"];
  readonly sentences: Sentences;
  readonly frame: Frame;
}) {
  const words = MENU[frame.language];
  const listFault = sentences.get("buttons");
  const cautions = cautionsOf(form.buttons.map(({ text }) => text), frame.language);
  return (
    <fieldset class="buttons" id="buttons">
      <legend>
        {words.buttons}{" "}
        <span class={form.buttons.length > LIMITS.buttons ? "counter over" : "counter"}>
          {form.buttons.length}/{LIMITS.buttons}
        </span>
      </legend>
      {listFault !== undefined && <FaultLine fault={listFault} />}
      <ol>
        {form.buttons.map(({ text, profile }, index) => {
          const nth = index + 1;
          const textFault = sentences.get(`buttons[${index}].text`);
          const caution = textFault === undefined ? cautions.get(index) : undefined;
          const state = profiles.find(({ key }) => key === profile)?.state;
          const targetFault = sentences.get(`buttons[${index}].callback_data`);
          const move = (kind: "up" | "down" | "remove", sign: string, disabled: boolean) => (
            <button
              type="submit"
              class="move"
              name="do"
              value={`${kind}:${index}`}
              formaction="/menu#buttons"
              disabled={disabled}
              aria-label={words[kind](nth)}
            >
              {sign}
            </button>
          );
          return (
            <li key={index}>
              <div class="button-row">
                {move("up", "↑", index === 0)}
                {move("down", "↓", index === form.buttons.length - 1)}
                <input
                  type="text"
                  name="button_text"
                  value={text}
                  autocomplete="off"
                  aria-label={words.text(nth)}
                  aria-invalid={textFault === undefined ? undefined : "true"}
                />
                <select
                  name="button_profile"
                  aria-label={words.target(nth)}
                  aria-invalid={targetFault === undefined ? undefined : "true"}
                >
                  {profiles.map(({ key, name }) => (
                    <option key={key} value={key} selected={key === profile}>{name}</option>
                  ))}
                </select>
                {move("remove", "✕", false)}
              </div>
              {textFault !== undefined && <FaultLine fault={textFault} />}
              {caution !== undefined && <Caution>{caution}</Caution>}
              {state !== undefined && state !== "live" && <Caution>{words.hidden[state]}</Caution>}
              {targetFault !== undefined && <FaultLine fault={targetFault} />}
            </li>
          );
        })}
      </ol>
      <button type="submit" class="outline" name="do" value="add" formaction="/menu#buttons">
        {words.add}
      </button>
    </fieldset>
  );
}
