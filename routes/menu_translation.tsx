// The form of the menu's texts in another language.

import { HttpError } from "fresh";
import { menuForm } from "../lib/profiles/menu_edits.ts";
import {
  draftMenuInLanguage,
  menuTranslationFaults,
  type MenuTranslationForm,
  menuTranslationForm,
  withMenuTranslation,
} from "../lib/profiles/menu_translations.ts";
import { MENU_KEY } from "../lib/profiles/edits.ts";
import { shownMenu } from "../lib/profiles/shown_menu.ts";
import { saveEdit } from "../lib/profiles/saving.ts";
import { languagesOf, translationVersion } from "../lib/profiles/translations.ts";
import { valueAt } from "../lib/json/text.ts";
import { field, fields } from "../lib/page/form.ts";
import { define, type State } from "../lib/page/state.ts";
import { isLanguageTag } from "./components/languages.ts";
import { MenuPreview } from "./components/menu_preview.tsx";
import {
  MenuTranslationEditor,
  type MenuTranslationView,
} from "./components/menu_translation_editor.tsx";
import { frameOf } from "./components/page.tsx";
import { menuTranslationParts } from "./menu.tsx";
import { contentOf, noteOf } from "./profile.tsx";
import { readWish } from "./profile_form.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const language = languageOf(ctx);
    const view = viewOf(
      ctx.state,
      language,
      menuTranslationForm(contentOf(ctx.state), language),
    );
    const note = await noteOf(ctx.url, ctx.state, MENU_KEY);
    const noted = note === undefined ? view : { ...view, note };
    return ctx.render(<MenuTranslationEditor frame={await frameOf(ctx)} view={noted} />);
  },

  async POST(ctx) {
    const { state } = ctx;
    const language = languageOf(ctx);
    const wish = readWish(state.form);
    const asked = readForm(state, language);
    const typed = wish.kind === "remove" ? EMPTY : asked;
    const version = field(state.form, "version");
    const draw = async (more: Partial<MenuTranslationView>, status = 200) => {
      const content = contentOf(state);
      const isUnsaved = withMenuTranslation(content, language, asked) !== content;
      const view = { ...viewOf(state, language, asked), version, isUnsaved, ...more };
      return ctx.render(<MenuTranslationEditor frame={await frameOf(ctx)} view={view} />, {
        status,
      });
    };
    if (state.isFormStale) return draw({ note: { kind: "renewed" } }, 403);
    if (wish.kind !== "save" && wish.kind !== "remove") return draw({});

    const faults = menuTranslationFaults(contentOf(state), language, typed);
    if (faults.length > 0) return draw({ faults, note: { kind: "refused" } }, 422);
    const result = await saveEdit(
      state.deps.profiles,
      state.session.openedBy,
      (content) =>
        translationVersion(content, MENU_KEY, language) === version
          ? withMenuTranslation(content, language, typed)
          : undefined,
    );
    switch (result.kind) {
      case "saved": {
        const place = wish.kind === "remove" ? "" : `/languages/${language}`;
        return ctx.redirect(`/menu${place}?saved`, 303);
      }
      case "refused":
        return draw({ faults: result.faults, note: { kind: "refused" } }, 422);
      case "broken":
        return draw({ note: { kind: "broken", faults: result.faults } }, 409);
      case "failed":
        return draw({ note: { kind: "failed", reason: result.reason } }, 507);
      case "stale": {
        const content = contentOf(state);
        const mine = menuTranslationParts(typed, state);
        const theirs = menuTranslationParts(menuTranslationForm(content, language), state);
        const now = translationVersion(content, MENU_KEY, language);
        return draw({ version: now, note: { kind: "stale", mine, theirs } }, 409);
      }
    }
  },
});

/** The preview alone, fetched by the script while typing. */
export const preview = define.handlers({
  POST(ctx) {
    const { state } = ctx;
    const form = readForm(state, languageOf(ctx));
    const { byKey } = state.deps.profiles.current();
    const draft = shownMenu(draftMenuInLanguage(contentOf(state), form), byKey);
    return ctx.render(<MenuPreview draft={draft} language={state.language} />);
  },
});

const EMPTY: MenuTranslationForm = { welcomeText: "", awayText: "", buttons: [] };

function languageOf({ params }: { readonly params: Readonly<Record<string, string>> }): string {
  const language = params["language"] ?? "";
  if (!isLanguageTag(language)) throw new HttpError(404);
  return language;
}

function readForm(state: State, language: string): MenuTranslationForm {
  const { form } = state;
  const keys = fields(form, "button_key");
  const texts = fields(form, "button_text");
  return {
    welcomeText: field(form, "welcome"),
    awayText: field(form, "away"),
    buttons: menuTranslationForm(contentOf(state), language).buttons.map(({ callbackData }) => ({
      callbackData,
      text: (texts[keys.indexOf(callbackData)] ?? "").replaceAll("\n", " "),
    })),
  };
}

function viewOf(state: State, language: string, form: MenuTranslationForm): MenuTranslationView {
  const content = contentOf(state);
  const draft = draftMenuInLanguage(content, form);
  return {
    language,
    languages: languagesOf(valueAt(content, MENU_KEY)),
    form,
    base: menuForm(content),
    draft,
    shown: shownMenu(draft, state.deps.profiles.current().byKey),
    version: translationVersion(content, MENU_KEY, language),
    faults: [],
    isUnsaved: false,
  };
}
