// The menu's form: greeting and buttons.

import {
  draftMenu,
  menuFaults,
  type MenuForm,
  menuForm,
  withMenu,
} from "../lib/profiles/menu_edits.ts";
import { valueAt } from "../lib/json/text.ts";
import type { MenuTranslationForm } from "../lib/profiles/menu_translations.ts";
import { type Content, MENU_KEY, versionOf } from "../lib/profiles/edits.ts";
import { languagesOf } from "../lib/profiles/translations.ts";
import type { Profile } from "../lib/profiles/profile.ts";
import { shownMenu } from "../lib/profiles/shown_menu.ts";
import { saveEdit } from "../lib/profiles/saving.ts";
import { field, fields } from "../lib/page/form.ts";
import { define, type State } from "../lib/page/state.ts";
import { MenuEditor, type MenuView } from "./components/menu_editor.tsx";
import { MenuPreview } from "./components/menu_preview.tsx";
import { frameOf } from "./components/page.tsx";
import type { Part } from "./components/versions.tsx";
import { contentOf, noteOf } from "./profile.tsx";
import { readWish, rearrange } from "./profile_form.ts";
import { MENU } from "./words/menu.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const view = viewOf(ctx.state, menuForm(contentOf(ctx.state)));
    const note = await noteOf(ctx.url, ctx.state, MENU_KEY);
    return ctx.render(
      <MenuEditor frame={await frameOf(ctx)} view={note ? { ...view, note } : view} />,
    );
  },

  async POST(ctx) {
    const { state } = ctx;
    const typed = readMenuForm(state.form);
    const version = field(state.form, "version");
    const draw = async (more: Partial<MenuView>, form: MenuForm = typed, status = 200) => {
      const content = contentOf(state);
      const isUnsaved = withMenu(content, form) !== content;
      const view = { ...viewOf(state, form), version, isUnsaved, ...more };
      return ctx.render(<MenuEditor frame={await frameOf(ctx)} view={view} />, { status });
    };
    if (state.isFormStale) return draw({ note: { kind: "renewed" } }, typed, 403);
    const wish = readWish(state.form);
    if (wish.kind === "add") {
      const button = { text: "", profile: unusedProfile(state, typed) };
      return draw({}, { ...typed, buttons: [...typed.buttons, button] });
    }
    if (wish.kind === "up" || wish.kind === "down" || wish.kind === "remove") {
      return draw({}, { ...typed, buttons: rearrange(typed.buttons, wish) });
    }
    if (wish.kind !== "save") return draw({});

    const faults = menuFaults(contentOf(state), typed);
    if (faults.length > 0) return draw({ faults, note: { kind: "refused" } }, typed, 422);
    const result = await saveEdit(
      state.deps.profiles,
      state.session.openedBy,
      (content) => versionOf(content, MENU_KEY) === version ? withMenu(content, typed) : undefined,
    );
    switch (result.kind) {
      case "saved":
        return ctx.redirect("/menu?saved", 303);
      case "refused":
        return draw({ faults: result.faults, note: { kind: "refused" } }, typed, 422);
      case "broken":
        return draw({ note: { kind: "broken", faults: result.faults } }, typed, 409);
      case "failed":
        return draw({ note: { kind: "failed", reason: result.reason } }, typed, 507);
      case "stale": {
        const content: Content = contentOf(state);
        const mine = menuParts(typed, state);
        const theirs = menuParts(menuForm(content), state);
        const note = { kind: "stale", mine, theirs } as const;
        return draw({ version: versionOf(content, MENU_KEY), note }, typed, 409);
      }
    }
  },
});

/** The preview alone, fetched by the script while typing. */
export const preview = define.handlers({
  POST(ctx) {
    const { byKey } = ctx.state.deps.profiles.current();
    const draft = shownMenu(draftMenu(readMenuForm(ctx.state.form)), byKey);
    return ctx.render(<MenuPreview draft={draft} language={ctx.state.language} />);
  },
});

export function menuParts(form: MenuForm, { deps, language }: State): Part[] {
  const words = MENU[language];
  const { byKey } = deps.profiles.current();
  const lines = form.buttons.map(({ text, profile }) =>
    `${text} → ${byKey.get(profile)?.name ?? profile}`
  );
  return [
    { label: words.welcome, text: form.welcomeText },
    { label: words.buttons, text: lines.join("\n"), isList: true },
    { label: words.away, text: form.awayText },
  ];
}

export function menuTranslationParts(
  form: MenuTranslationForm,
  { language }: Pick<State, "language">,
): Part[] {
  const words = MENU[language];
  const lines = form.buttons.map(({ text }) => text).filter((text) => text !== "");
  return [
    { label: words.welcome, text: form.welcomeText },
    { label: words.buttons, text: lines.join("\n"), isList: true },
    { label: words.away, text: form.awayText },
  ];
}

function readMenuForm(form: URLSearchParams): MenuForm {
  const profiles = fields(form, "button_profile");
  return {
    welcomeText: field(form, "welcome"),
    awayText: field(form, "away"),
    buttons: fields(form, "button_text").slice(0, 200).map((text, index) => ({
      text: text.replaceAll("\n", " "),
      profile: profiles[index] ?? "",
    })),
  };
}

function viewOf(state: State, form: MenuForm): MenuView {
  const { byKey } = state.deps.profiles.current();
  const content = contentOf(state);
  return {
    form,
    shown: shownMenu(draftMenu(form), byKey),
    version: versionOf(content, MENU_KEY),
    languages: languagesOf(valueAt(content, MENU_KEY)),
    profiles: [...byKey.values()].map(({ key, name, state }) => ({ key, name, state })),
    faults: [],
    isUnsaved: false,
  };
}

function unusedProfile({ deps }: State, { buttons }: MenuForm): string {
  const { byKey } = deps.profiles.current();
  const keys = [...byKey.values()].toSorted((a, b) => Number(isDraft(a)) - Number(isDraft(b)))
    .map(({ key }) => key);
  return keys.find((key) => !buttons.some(({ profile }) => profile === key)) ?? keys[0] ?? "";
}

function isDraft({ state }: Profile): boolean {
  return state === "draft";
}
