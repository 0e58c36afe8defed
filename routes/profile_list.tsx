// Changes to the list of profiles: add, duplicate, rename, move, delete.

import { HttpError } from "fresh";
import {
  firstFault,
  keyFault,
  profileKeys,
  withMovedProfile,
  withoutProfile,
  withRenamedProfile,
} from "../lib/profiles/list.ts";
import { withNewProfile } from "../lib/profiles/new_profile.ts";
import { suggestKey } from "../lib/profiles/key_suggestion.ts";
import { LIMITS } from "../lib/profiles/limits.ts";
import { saveEdit } from "../lib/profiles/saving.ts";
import { field } from "../lib/page/form.ts";
import { define, type State } from "../lib/page/state.ts";
import { frameOf } from "./components/page.tsx";
import { Delete, NewProfile, Rename } from "./components/profile_list_forms.tsx";
import { statusOf, UnsavedPage } from "./components/unsaved.tsx";
import { contentOf, profileKey } from "./profile.tsx";
import { faultSentence } from "./words/faults.ts";
import { PROFILE_LIST } from "./words/profile_list.ts";

/** `/new-profile`, with `?from=agency` as a copy. */
export const newProfile = define.handlers({
  async GET(ctx) {
    const from = ctx.url.searchParams.get("from");
    const profile = from === null ? undefined : ctx.state.deps.profiles.current().byKey.get(from);
    if (from !== null && profile === undefined) throw new HttpError(404);
    const name = profile === undefined ? "" : `${profile.name} 2`;
    const key = profile === undefined ? "" : freeKey(ctx.state, profile.key);
    const view = { from: profile?.key, name, key };
    return ctx.render(<NewProfile frame={await frameOf(ctx)} state={ctx.state} view={view} />);
  },

  async POST(ctx) {
    const { state } = ctx;
    const { language, deps } = state;
    const content = contentOf(state);
    const [name, key, from] = ["name", "key", "from"].map((each) => field(state.form, each).trim());
    const view = { from: from || undefined, name: name ?? "", key: key ?? "" };
    if (view.from !== undefined && !deps.profiles.current().byKey.has(view.from)) {
      throw new HttpError(404);
    }
    const wrongKey = keyFault(content, view.key);
    const suggested = view.key === "" && view.name !== ""
      ? await suggestedKey(state, view.name)
      : "";
    const wrongName = wrongKey === undefined
      ? firstFault(withNewProfile(content, view, Math.random))?.message
      : nameFault(view.name);
    if (wrongKey !== undefined || wrongName !== undefined) {
      const faults = {
        keyFault: wrongKey && faultSentence(wrongKey, language),
        nameFault: wrongName && faultSentence(wrongName, language),
      };
      return ctx.render(
        <NewProfile
          frame={await frameOf(ctx)}
          state={state}
          view={{ ...view, key: view.key || suggested, ...faults }}
        />,
        { status: 422 },
      );
    }
    const result = await saveEdit(
      deps.profiles,
      state.session.openedBy,
      (content) =>
        content.members.has(view.key) ? undefined : withNewProfile(content, view, Math.random),
    );
    if (result.kind !== "saved") {
      return ctx.render(
        <NewProfile frame={await frameOf(ctx)} state={state} view={{ ...view, refusal: result }} />,
        { status: statusOf(result) },
      );
    }
    return ctx.redirect(`/profiles/${view.key}?created`, 303);
  },
});

/** `/new-profile/key?name=…`: a key suggested for a name, fetched by the script while typing. */
export const keyOfName = define.handlers({
  GET: async (ctx) =>
    ctx.text(await suggestedKey(ctx.state, ctx.url.searchParams.get("name") ?? "")),
});

/** `/profiles/agency/rename` */
export const rename = define.handlers({
  async GET(ctx) {
    const key = profileKey(ctx);
    return ctx.render(<Rename frame={await frameOf(ctx)} state={ctx.state} from={key} to={key} />);
  },

  async POST(ctx) {
    const { state } = ctx;
    const { journal, profiles } = state.deps;
    const from = profileKey(ctx);
    const to = field(state.form, "key").trim();
    if (to === from) return ctx.redirect(`/profiles/${from}`, 303);
    // Another profile must not take over a deleted one's history and leads.
    const wrong = keyFault(contentOf(state), to, from) ??
      (await journal.latestRevision(to) === undefined
        ? undefined
        : "такое слово для ссылки занято, нужно другое");
    if (wrong !== undefined) {
      const fault = faultSentence(wrong, state.language);
      return ctx.render(
        <Rename frame={await frameOf(ctx)} state={state} from={from} to={to} fault={fault} />,
        { status: 422 },
      );
    }
    const result = await saveEdit(profiles, state.session.openedBy, (content) => {
      const still = content.members.has(from) && !content.members.has(to);
      return still ? withRenamedProfile(content, from, to) : undefined;
    }, { from, to });
    if (result.kind !== "saved") {
      return ctx.render(
        <Rename frame={await frameOf(ctx)} state={state} from={from} to={to} refusal={result} />,
        { status: statusOf(result) },
      );
    }
    await recorded(state);
    state.deps.delivery.wake(); // "Send all" continues under the new key.
    return ctx.redirect(`/profiles/${to}?saved`, 303);
  },
});

/** `/profiles/agency/move` */
export const move = define.handlers({
  async POST(ctx) {
    const key = profileKey(ctx);
    const to = field(ctx.state.form, "do") === "down" ? "down" : "up";
    const result = await saveEdit(
      ctx.state.deps.profiles,
      ctx.state.session.openedBy,
      (content) => withMovedProfile(content, key, to),
    );
    if (result.kind !== "saved") {
      return ctx.render(
        <UnsavedPage frame={await frameOf(ctx)} refusal={result} />,
        { status: statusOf(result) },
      );
    }
    return ctx.redirect(`/#${key}`, 303);
  },
});

async function deletionOf(
  ctx: { readonly state: State; readonly url: URL },
  profile: string,
) {
  const leads = await ctx.state.deps.journal.countLeadsOf(profile);
  return { frame: await frameOf(ctx), state: ctx.state, profile, leads };
}

/** `/profiles/agency/delete` */
export const remove = define.handlers({
  async GET(ctx) {
    const key = profileKey(ctx);
    return ctx.render(<Delete {...await deletionOf(ctx, key)} />);
  },

  async POST(ctx) {
    const { state } = ctx;
    const key = profileKey(ctx);
    const isLast = profileKeys(contentOf(state)).length === 1;
    if (isLast || !isSameWord(field(state.form, "key"), key)) {
      const fault = PROFILE_LIST[state.language].deleteMismatch(key);
      return ctx.render(
        <Delete {...await deletionOf(ctx, key)} fault={fault} />,
        { status: 422 },
      );
    }
    const result = await saveEdit(
      state.deps.profiles,
      state.session.openedBy,
      (content) => profileKeys(content).length > 1 ? withoutProfile(content, key) : undefined,
    );
    if (result.kind !== "saved") {
      return ctx.render(
        <Delete {...await deletionOf(ctx, key)} refusal={result} />,
        { status: statusOf(result) },
      );
    }
    await state.deps.journal.forgetProfile(key);
    await recorded(state);
    return ctx.redirect(`/?deleted=${key}`, 303);
  },
});

/** The file is already saved, so a failure of the journal is only logged. */
async function recorded({ deps }: State): Promise<void> {
  try {
    await deps.journal.committed();
  } catch (cause) {
    deps.log.error("❌ locales.json сохранён, но журнал этого не записал: {cause}", {
      cause: String(cause),
    });
  }
}

/** A phone's keyboard adds a capital and a trailing space. */
function isSameWord(typed: string, key: string): boolean {
  return typed.trim().toLowerCase() === key.toLowerCase();
}

function nameFault(name: string): string | undefined {
  return name === "" ? `пусто, нужен текст от 1 до ${LIMITS.name} символов` : undefined;
}

function suggestedKey(state: State, name: string): Promise<string> {
  const content = contentOf(state);
  return suggestKey(
    name.slice(0, LIMITS.name),
    // A deleted profile's key would bring its history and leads along.
    async (key) =>
      content.members.has(key) || await state.deps.journal.latestRevision(key) !== undefined ||
      keyFault(content, key) !== undefined,
  );
}

/** A key for a copy: `agency2`, `agency3`, … */
function freeKey(state: State, from: string): string {
  const content = contentOf(state);
  const stem = from.replace(/(?<!\d)\d+$/, "");
  for (let nth = 2;; nth += 1) {
    if (!content.members.has(`${stem}${nth}`)) return `${stem}${nth}`;
  }
}
