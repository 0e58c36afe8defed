// The form of a translation beside its preview; empty fields show the base text.

import type { Fault } from "../../lib/profiles/faults.ts";
import { LIMITS } from "../../lib/profiles/limits.ts";
import type { Profile } from "../../lib/profiles/profile.ts";
import type { ProfileForm } from "../../lib/profiles/edits.ts";
import { NO_PHONE, type PhoneTextsForm } from "../../lib/profiles/phone_edits.ts";
import type { TranslationForm } from "../../lib/profiles/translations.ts";
import { pausedText } from "../../lib/visitors/state_texts.ts";
import { THANKS } from "../../lib/visitors/texts.ts";
import { PROFILE } from "../words/profile.ts";
import { TRANSLATION } from "../words/translation.ts";
import { EditorForm, EditorPage, SaveBar } from "./editor_page.tsx";
import { cautionsOf } from "./button_cautions.tsx";
import { Caution, FaultLine, TextArea } from "./fields.tsx";
import { type FormFaults, sortFaults } from "./form_faults.ts";
import { nameOfLanguage } from "./languages.ts";
import { type Note, NoteLine } from "./note.tsx";
import type { Frame } from "./page.tsx";
import { PhoneFields } from "./phone_fields.tsx";
import { PausedField } from "./paused_field.tsx";
import { ProfilePreview } from "./preview.tsx";
import type { StateView } from "./state_line.tsx";

export const TRANSLATION_FORM_ID = "translation";

export interface TranslationView {
  readonly key: string;
  readonly savedName: string;
  readonly state: StateView;
  readonly language: string;
  readonly languages: readonly string[];
  readonly form: TranslationForm;
  readonly base: ProfileForm;
  readonly version: string;
  readonly faults: readonly Fault[];
  readonly pressed: number;
  readonly isUnsaved: boolean;
  readonly note?: Note;
  readonly draft: Profile;
  readonly baseDraft: Profile;
}

export function TranslationEditor({ frame, view }: {
  readonly frame: Frame;
  readonly view: TranslationView;
}) {
  const words = TRANSLATION[frame.language];
  const common = PROFILE[frame.language];
  const { key, form, base, language } = view;
  const faults = sortFaults(view.faults, form, frame.language);
  const path = `/profiles/${key}/languages/${language}`;
  const name = nameOfLanguage(language);
  const field = (of: string) => ({
    name: of,
    fault: faults.of(of),
    focus: faults.isFirst(of),
    lang: language,
    most: LIMITS.text,
  });
  return (
    <EditorPage
      frame={frame}
      profileKey={key}
      name={view.savedName}
      languages={view.languages}
      shown={language}
      state={view.state}
      note={view.note && <NoteLine note={view.note} faults={faults} path={path} frame={frame} />}
      preview={
        <ProfilePreview
          language={frame.language}
          profile={view.draft}
          base={view.baseDraft}
          pressed={view.pressed}
          form={TRANSLATION_FORM_ID}
        />
      }
    >
      <EditorForm
        frame={frame}
        id={TRANSLATION_FORM_ID}
        path={path}
        version={view.version}
        isUnsaved={view.isUnsaved}
      >
        <p class="hint">{words.hint(name)}</p>
        <TextArea
          {...field("caption")}
          label={common.caption}
          value={form.caption}
          placeholder={base.caption}
          rows={7}
        />
        <Buttons view={view} faults={faults} frame={frame} />
        <TextArea
          {...field("confirmation")}
          label={common.confirmation}
          value={form.confirmationTemplate}
          placeholder={base.confirmationTemplate}
          rows={6}
          hint={words.confirmationHint}
        />
        {base.afterHoursText !== undefined && base.afterHoursText !== "" && (
          <TextArea
            {...field("after_hours")}
            label={common.afterHours}
            value={form.afterHoursText ?? ""}
            placeholder={base.afterHoursText}
            rows={2}
            hint={words.afterHoursHint}
          />
        )}
        <TextArea
          {...field("thanks")}
          label={common.thanks}
          value={form.thanksText}
          placeholder={base.thanksText || THANKS}
          rows={2}
          hint={words.thanksHint}
        />
        <PausedField
          value={form.pausedText ?? ""}
          placeholder={base.pausedText ||
            pausedText({ ...view.baseDraft, pausedText: null }, language, false)}
          lang={language}
          faults={faults}
          language={frame.language}
        />
        {base.phone !== undefined && base.phone.ask !== "" && (
          <PhoneFields
            form={phoneTextsOf(form.phone)}
            base={base.phone}
            lang={language}
            faults={faults}
            language={frame.language}
          />
        )}
        {base.awayText !== undefined && base.awayText !== "" && (
          <TextArea
            {...field("away")}
            label={common.away}
            value={form.awayText ?? ""}
            placeholder={base.awayText}
            rows={2}
            hint={common.awayHint}
          />
        )}
        <SaveBar frame={frame} isUnsaved={view.isUnsaved}>
          {view.languages.includes(language) && (
            <button type="submit" class="quiet" name="do" value="remove:0">{words.remove}</button>
          )}
        </SaveBar>
      </EditorForm>
    </EditorPage>
  );
}

/** Without a wait, which is not translated. */
function phoneTextsOf(
  { ask, share, skip, thanks }: PhoneTextsForm = NO_PHONE,
): PhoneTextsForm {
  return { ask, share, skip, thanks };
}

function Buttons({ view, faults, frame }: {
  readonly view: TranslationView;
  readonly faults: FormFaults;
  readonly frame: Frame;
}) {
  const words = TRANSLATION[frame.language];
  const { form, base, language } = view;
  const cautions = cautionsOf(view.draft.buttons.map((each) => each.text), frame.language);
  return (
    <fieldset class="buttons" id="buttons">
      <legend>{PROFILE[frame.language].buttons}</legend>
      <ol>
        {form.buttons.map(({ callbackData, text, choice }, index) => {
          const original = base.buttons[index];
          const said = original?.text ?? "";
          const textFault = faults.ofButton(index, "button_text");
          const caution = textFault === undefined && text !== "" ? cautions.get(index) : undefined;
          const choiceFault = faults.ofButton(index, "button_choice");
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
                aria-invalid={textFault === undefined ? undefined : "true"}
                autofocus={faults.isFirst("button_text", index)}
              />
              {textFault !== undefined && <FaultLine fault={textFault} />}
              {caution !== undefined && <Caution>{caution}</Caution>}
              <div class="button-more flush">
                <code>{callbackData}</code>
                <details open={choice !== "" || choiceFault !== undefined}>
                  <summary>{words.choiceLabel}</summary>
                  <input
                    type="text"
                    name="button_choice"
                    value={choice}
                    placeholder={text || original?.choice || said}
                    lang={language}
                    autocomplete="off"
                    aria-label={words.choice(said)}
                    aria-invalid={choiceFault === undefined ? undefined : "true"}
                  />
                  {choiceFault !== undefined && <FaultLine fault={choiceFault} />}
                </details>
              </div>
            </li>
          );
        })}
      </ol>
      <p class="hint">{words.buttonsHint}</p>
    </fieldset>
  );
}
