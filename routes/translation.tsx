// The form of a profile's texts in another language.

import { HttpError } from "fresh";
import { valueAt } from "../lib/json/text.ts";
import { draftProfile } from "../lib/profiles/draft.ts";
import { profileForm } from "../lib/profiles/edits.ts";
import {
  draftInLanguage,
  languagesOf,
  translationFaults,
  type TranslationForm,
  translationForm,
  translationVersion,
  withTranslation,
} from "../lib/profiles/translations.ts";
import { saveEdit } from "../lib/profiles/saving.ts";
import { field, fields } from "../lib/page/form.ts";
import { define, type State } from "../lib/page/state.ts";
import { isLanguageTag } from "./components/languages.ts";
import { phoneParts, readPhoneForm } from "./components/phone_fields.tsx";
import { frameOf } from "./components/page.tsx";
import { ProfilePreview } from "./components/preview.tsx";
import {
  TRANSLATION_FORM_ID,
  TranslationEditor,
  type TranslationView,
} from "./components/translation_editor.tsx";
import type { Part } from "./components/versions.tsx";
import { withoutMissingPhoto } from "./photo.tsx";
import { contentOf, noteOf, profileKey } from "./profile.tsx";
import { readWish } from "./profile_form.ts";
import { stateView } from "./state_view.ts";
import { PROFILE } from "./words/profile.ts";
import { PROFILE_STATE } from "./words/profile_state.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { key, language } = placeOf(ctx);
    const form = translationForm(valueAt(contentOf(ctx.state), key), language);
    const view = await viewOf(ctx.state, key, language, form);
    const note = await noteOf(ctx.url, ctx.state, key);
    const noted = note === undefined ? view : { ...view, note };
    return ctx.render(<TranslationEditor frame={await frameOf(ctx)} view={noted} />);
  },

  async POST(ctx) {
    const { state } = ctx;
    const { key, language } = placeOf(ctx);
    const wish = readWish(state.form);
    const asked = readTranslationForm(state, key);
    const typed = wish.kind === "remove" ? EMPTY : asked;
    const version = field(state.form, "version");
    const draw = async (more: Partial<TranslationView>, status = 200) => {
      const content = contentOf(state);
      const isUnsaved = withTranslation(content, key, language, asked) !== content;
      const view = { ...await viewOf(state, key, language, asked), version, isUnsaved, ...more };
      return ctx.render(<TranslationEditor frame={await frameOf(ctx)} view={view} />, { status });
    };
    if (state.isFormStale) return draw({ note: { kind: "renewed" } }, 403);
    if (wish.kind === "press") return draw({ pressed: wish.index });
    if (wish.kind !== "save" && wish.kind !== "remove") return draw({});

    const faults = translationFaults(contentOf(state), key, language, typed);
    if (faults.length > 0) return draw({ faults, note: { kind: "refused" } }, 422);
    const result = await saveEdit(
      state.deps.profiles,
      state.session.openedBy,
      (content) =>
        content.members.has(key) && translationVersion(content, key, language) === version
          ? withTranslation(content, key, language, typed)
          : undefined,
    );
    switch (result.kind) {
      case "saved": {
        const place = wish.kind === "remove" ? "" : `/languages/${language}`;
        return ctx.redirect(`/profiles/${key}${place}?saved`, 303);
      }
      case "refused":
        return draw({ faults: result.faults, note: { kind: "refused" } }, 422);
      case "broken":
        return draw({ note: { kind: "broken", faults: result.faults } }, 409);
      case "failed":
        return draw({ note: { kind: "failed", reason: result.reason } }, 507);
      case "stale": {
        const content = contentOf(state);
        if (!content.members.has(key)) throw new HttpError(404);
        const mine = translationParts(typed, state);
        const theirs = translationParts(translationForm(valueAt(content, key), language), state);
        const now = translationVersion(content, key, language);
        return draw({ version: now, note: { kind: "stale", mine, theirs } }, 409);
      }
    }
  },
});

/** The preview alone, fetched by the script while typing. */
export const preview = define.handlers({
  async POST(ctx) {
    const { key } = placeOf(ctx);
    const raw = valueAt(contentOf(ctx.state), key);
    const wish = readWish(ctx.state.form);
    return ctx.render(
      <ProfilePreview
        language={ctx.state.language}
        profile={await withoutMissingPhoto(
          ctx.state,
          draftInLanguage(key, raw, readTranslationForm(ctx.state, key)),
        )}
        base={draftProfile(key, profileForm(raw))}
        pressed={wish.kind === "press" ? wish.index : 0}
        form={TRANSLATION_FORM_ID}
      />,
    );
  },
});

const EMPTY: TranslationForm = {
  caption: "",
  awayText: "",
  buttons: [],
  confirmationTemplate: "",
  afterHoursText: "",
  thanksText: "",
  pausedText: "",
};

function placeOf(
  ctx: { readonly state: State; readonly params: Readonly<Record<string, string>> },
): { readonly key: string; readonly language: string } {
  const language = ctx.params["language"] ?? "";
  if (!isLanguageTag(language)) throw new HttpError(404);
  return { key: profileKey(ctx), language };
}

function readTranslationForm(state: State, key: string): TranslationForm {
  const { form } = state;
  const keys = fields(form, "button_key");
  const [texts, choices] = [fields(form, "button_text"), fields(form, "button_choice")];
  const typed = (values: readonly string[], callbackData: string) =>
    (values[keys.indexOf(callbackData)] ?? "").replaceAll("\n", " ");
  return {
    caption: field(form, "caption"),
    awayText: form.has("away") ? field(form, "away") : undefined,
    buttons: profileForm(valueAt(contentOf(state), key)).buttons.map(({ callbackData }) => ({
      callbackData,
      text: typed(texts, callbackData),
      choice: typed(choices, callbackData),
    })),
    confirmationTemplate: field(form, "confirmation"),
    afterHoursText: form.has("after_hours") ? field(form, "after_hours") : undefined,
    thanksText: field(form, "thanks"),
    pausedText: form.has("paused_text") ? field(form, "paused_text") : undefined,
    phone: readPhoneForm(form),
  };
}

async function viewOf(
  state: State,
  key: string,
  language: string,
  form: TranslationForm,
): Promise<TranslationView> {
  const content = contentOf(state);
  const base = profileForm(valueAt(content, key));
  return {
    key,
    savedName: state.deps.profiles.current().byKey.get(key)?.name ?? key,
    language,
    state: stateView(state, key),
    languages: languagesOf(valueAt(content, key)),
    form,
    base,
    version: translationVersion(content, key, language),
    faults: [],
    pressed: 0,
    isUnsaved: false,
    draft: await withoutMissingPhoto(state, draftInLanguage(key, valueAt(content, key), form)),
    baseDraft: draftProfile(key, base),
  };
}

export function translationParts(
  form: TranslationForm,
  { language }: Pick<State, "language">,
): Part[] {
  const words = PROFILE[language];
  const lines = form.buttons.filter(({ text, choice }) => text !== "" || choice !== "")
    .map(({ text, choice }) => choice === "" ? text : `${text} → ${choice}`);
  return [
    { label: words.caption, text: form.caption },
    { label: words.buttons, text: lines.join("\n"), isList: true },
    { label: words.confirmation, text: form.confirmationTemplate },
    { label: words.afterHours, text: form.afterHoursText ?? "" },
    { label: words.thanks, text: form.thanksText },
    { label: words.away, text: form.awayText ?? "" },
    { label: PROFILE_STATE[language].text, text: form.pausedText ?? "" },
    ...phoneParts(form.phone, language),
  ];
}
