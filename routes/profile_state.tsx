// Puts a profile live or on pause.

import { type Content, versionOf } from "../lib/profiles/edits.ts";
import { type EditResult, saveEdit } from "../lib/profiles/saving.ts";
import { placeInMenu, stateOf, withPublished, withState } from "../lib/profiles/state_edits.ts";
import type { ProfileState } from "../lib/profiles/state.ts";
import { valueAt } from "../lib/json/text.ts";
import { field } from "../lib/page/form.ts";
import { define, type State } from "../lib/page/state.ts";
import { frameOf } from "./components/page.tsx";
import { Pause, Publish, Resume } from "./components/profile_state_forms.tsx";
import { statusOf } from "./components/unsaved.tsx";
import { contentOf, profileKey } from "./profile.tsx";
import { stateView } from "./state_view.ts";

/** `/profiles/agency/publish`: a draft goes live, and into the menu if that is wanted. */
export const publish = define.handlers({
  async GET(ctx) {
    const key = profileKey(ctx);
    const { profile, version } = stateView(ctx.state, key);
    if (profile.state !== "draft") return ctx.redirect(`/profiles/${key}`, 303);
    const place = placeInMenu(contentOf(ctx.state), key);
    const view = { profile, version, place, toMenu: true };
    return ctx.render(<Publish frame={await frameOf(ctx)} {...view} />);
  },

  async POST(ctx) {
    const key = profileKey(ctx);
    const toMenu = field(ctx.state.form, "menu") === "yes";
    const edit = (content: Content) => withPublished(content, key, toMenu);
    const result = await change(ctx.state, key, "draft", edit);
    if (result.kind === "saved") return ctx.redirect(`/profiles/${key}?published`, 303);
    const place = placeInMenu(contentOf(ctx.state), key);
    const view = { ...stateView(ctx.state, profileKey(ctx)), place, toMenu, refusal: result };
    return ctx.render(<Publish frame={await frameOf(ctx)} {...view} />, {
      status: statusOf(result),
    });
  },
});

/** `/profiles/agency/pause` */
export const pause = define.handlers({
  async GET(ctx) {
    const key = profileKey(ctx);
    const { profile, version } = stateView(ctx.state, key);
    if (profile.state !== "live") return ctx.redirect(`/profiles/${key}`, 303);
    const view = { profile, version, state: ctx.state };
    return ctx.render(<Pause frame={await frameOf(ctx)} {...view} />);
  },

  async POST(ctx) {
    const key = profileKey(ctx);
    const edit = (content: Content) => withState(content, key, "paused");
    const result = await change(ctx.state, key, "live", edit);
    if (result.kind === "saved") return ctx.redirect(`/profiles/${key}?paused`, 303);
    const view = { ...stateView(ctx.state, profileKey(ctx)), state: ctx.state, refusal: result };
    return ctx.render(<Pause frame={await frameOf(ctx)} {...view} />, { status: statusOf(result) });
  },
});

/** `/profiles/agency/resume` */
export const resume = define.handlers({
  async POST(ctx) {
    const key = profileKey(ctx);
    const edit = (content: Content) => withState(content, key, "live");
    const result = await change(ctx.state, key, "paused", edit);
    if (result.kind === "saved") return ctx.redirect(`/profiles/${key}?resumed`, 303);
    const view = { ...stateView(ctx.state, profileKey(ctx)), refusal: result };
    return ctx.render(<Resume frame={await frameOf(ctx)} {...view} />, {
      status: statusOf(result),
    });
  },
});

/** Changes the version that the form was opened with; a second press of the same form finds nothing left to do. */
async function change(
  state: State,
  key: string,
  from: ProfileState,
  edit: (content: Content) => Content,
): Promise<EditResult> {
  const version = field(state.form, "version");
  return await saveEdit(state.deps.profiles, state.session.openedBy, (content) => {
    if (!content.members.has(key)) return undefined;
    const changed = edit(content);
    if (changed === content) return content;
    const isAsOpened = versionOf(content, key) === version;
    return isAsOpened && stateOf(valueAt(content, key)) === from ? changed : undefined;
  });
}
