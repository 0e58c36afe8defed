// The versions of a profile or of the menu: who saved which when, what changed, and restoring one.

import { HttpError } from "fresh";
import type { Revision } from "../lib/journal/revisions.ts";
import { menuFormOf } from "../lib/profiles/menu_edits.ts";
import { menuTranslationFormOf } from "../lib/profiles/menu_translations.ts";
import { MENU_KEY, profileForm } from "../lib/profiles/edits.ts";
import { withRestored } from "../lib/profiles/list.ts";
import { stateOf } from "../lib/profiles/state_edits.ts";
import { languagesOf, translationForm } from "../lib/profiles/translations.ts";
import { saveEdit } from "../lib/profiles/saving.ts";
import { field } from "../lib/page/form.ts";
import { define, type State } from "../lib/page/state.ts";
import { HistoryPage, type Line } from "./components/history_page.tsx";
import { nameOfLanguage } from "./components/languages.ts";
import { phoneParts } from "./components/phone_fields.tsx";
import { frameOf } from "./components/page.tsx";
import { statusOf } from "./components/unsaved.tsx";
import { type Part, partsOf } from "./components/versions.tsx";
import { menuParts, menuTranslationParts } from "./menu.tsx";
import { translationParts } from "./translation.tsx";
import { HISTORY } from "./words/history.ts";
import { PROFILE_STATE } from "./words/profile_state.ts";

const MOST = 50;

export const handler = historyOf(async (ctx) => {
  const key = ctx.params["key"] ?? "";
  const { journal, profiles } = ctx.state.deps;
  const isKnown = profiles.current().byKey.has(key) ||
    await journal.latestRevision(key) !== undefined;
  // A deleted profile's history stays, so that it can be restored.
  if (!isKnown || key === MENU_KEY) throw new HttpError(404);
  return key;
});

export const menuHistory = historyOf(() => Promise.resolve(MENU_KEY));

interface Asked {
  readonly state: State;
  readonly params: Readonly<Record<string, string>>;
}

function historyOf(keyOf: (ctx: Asked) => Promise<string>) {
  return define.handlers({
    async GET(ctx) {
      const key = await keyOf(ctx);
      const open = Number(ctx.url.searchParams.get("open"));
      return ctx.render(
        <HistoryPage
          frame={await frameOf(ctx)}
          {...subject(ctx.state, key)}
          lines={await linesOf(ctx.state, key)}
          open={open}
          most={MOST}
        />,
      );
    },

    async POST(ctx) {
      const { state } = ctx;
      const key = await keyOf(ctx);
      const revision = await state.deps.journal.findRevision(Number(field(state.form, "restore")));
      const text = revision?.text ?? null;
      if (revision?.profile !== key || text === null) throw new HttpError(404);
      const result = await saveEdit(
        state.deps.profiles,
        state.session.openedBy,
        (content) => withRestored(content, key, text),
      );
      const { path } = subject(state, key);
      if (result.kind === "saved") return ctx.redirect(`${path}?saved`, 303);
      return ctx.render(
        <HistoryPage
          frame={await frameOf(ctx)}
          {...subject(state, key)}
          lines={await linesOf(state, key)}
          open={0}
          most={MOST}
          refusal={result}
        />,
        { status: statusOf(result) },
      );
    },
  });
}

function subject({ deps, language }: State, key: string): { name: string; path: string } {
  if (key === MENU_KEY) return { name: HISTORY[language].menu, path: "/menu" };
  return {
    name: deps.profiles.current().byKey.get(key)?.name ?? key,
    path: `/profiles/${key}`,
  };
}

async function linesOf(state: State, key: string): Promise<Line[]> {
  // One more than is shown: the last one is compared with it.
  const revisions = await state.deps.journal.listRevisions(key, MOST + 1);
  return revisions.slice(0, MOST).map((revision, index): Line => {
    const before = revisions[index + 1];
    return {
      revision,
      isCurrent: index === 0,
      hidden: hiddenState(revision, state),
      change: changeOf(revision, before),
      parts: revision.content === null ? [] : textsOf(revision, key, state),
      partsBefore: before === undefined || before.content === null
        ? []
        : textsOf(before, key, state),
    };
  });
}

function changeOf(revision: Revision, before: Revision | undefined): Line["change"] {
  if (revision.content === null) return "deleted";
  if (before === undefined) return "first";
  return before.content === null ? "returned" : "edited";
}

function hiddenState({ content }: Revision, { language }: State): string | null {
  const own = stateOf(content);
  return own === "live" ? null : PROFILE_STATE[language].states[own];
}

function textsOf({ content }: Revision, key: string, state: State): Part[] {
  const translated = languagesOf(content).flatMap((language) =>
    translatedTexts(content, key, language, state)
      .map((part) => ({ ...part, label: `${nameOfLanguage(language)}: ${part.label}` }))
  );
  if (key === MENU_KEY) return [...menuParts(menuFormOf(content), state), ...translated];
  const form = profileForm(content);
  const { label, states } = PROFILE_STATE[state.language];
  return [
    { label, text: states[stateOf(content)] },
    ...partsOf(form, state.language),
    ...phoneParts(form.phone, state.language),
    ...translated,
  ];
}

function translatedTexts(content: unknown, key: string, language: string, state: State): Part[] {
  if (key !== MENU_KEY) return translationParts(translationForm(content, language), state);
  return menuTranslationParts(menuTranslationFormOf(content, language), state);
}
