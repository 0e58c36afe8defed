// Says that a profile is a draft or paused, with what can be done about it.

import type { Profile } from "../../lib/profiles/profile.ts";
import { pausedText } from "../../lib/visitors/state_texts.ts";
import { PROFILE_STATE } from "../words/profile_state.ts";
import { isolated } from "./isolated.tsx";
import { FormToken, type Frame } from "./page.tsx";

export interface StateView {
  readonly profile: Profile;
  /** The version of the profile that the page shows: another one is not published unseen. */
  readonly version: string;
  /** Opens it in Telegram; undefined until the bot's name is known. */
  readonly link: string | undefined;
}

/** Nothing for a live profile. */
export function StateLine({ view, frame }: { readonly view: StateView; readonly frame: Frame }) {
  const words = PROFILE_STATE[frame.language];
  const { profile, version, link } = view;
  const { key, name, state } = profile;
  const named = (action: string) => words.of(action, isolated(name));
  if (state === "live") return null;
  if (state === "paused") {
    return (
      <div class="state">
        <p>
          <strong>
            <span aria-hidden="true">‖</span> {words.paused}
          </strong>{" "}
          <q dir="auto">{pausedText(profile, null, false)}</q>
        </p>
        <form method="post" action={`/profiles/${key}/resume`}>
          <FormToken frame={frame} />
          <input type="hidden" name="version" value={version} />
          <button type="submit" aria-label={named(words.resume)}>{words.resume}</button>
        </form>
      </div>
    );
  }
  return (
    <div class="state">
      <p>
        <strong>
          <span aria-hidden="true">✎</span> {words.draft}
        </strong>
      </p>
      <p class="hint">{words.draftHint}</p>
      <div class="actions">
        {link !== undefined && (
          <a
            role="button"
            class="outline"
            href={link}
            target="_blank"
            rel="noreferrer"
            aria-label={named(words.openInTelegram)}
          >
            {words.openInTelegram}
          </a>
        )}
        <a role="button" href={`/profiles/${key}/publish`} aria-label={named(words.publish)}>
          {words.publish}
        </a>
      </div>
    </div>
  );
}
