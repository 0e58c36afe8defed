// The deleted profiles, each with its history and a button that restores it.

import type { Revision } from "../../lib/journal/revisions.ts";
import { profileForm } from "../../lib/profiles/edits.ts";
import { PROFILES } from "../words/profiles.ts";
import { FormToken, type Frame } from "./page.tsx";

export function DeletedProfiles({ revisions, frame }: {
  readonly revisions: readonly Revision[];
  readonly frame: Frame;
}) {
  if (revisions.length === 0) return null;
  const words = PROFILES[frame.language];
  return (
    <details class="deleted-profiles" id="deleted">
      <summary>{words.deletedList(revisions.length)}</summary>
      <ul>
        {revisions.map(({ number, profile, content }) => {
          const name = profileForm(content).name || profile;
          return (
            <li key={profile}>
              <span>
                <a href={`/profiles/${profile}/history`}>{name}</a> <code>?start={profile}</code>
              </span>
              <form method="post" action={`/profiles/${profile}/history`}>
                <FormToken frame={frame} />
                <button
                  type="submit"
                  class="outline"
                  name="restore"
                  value={String(number)}
                  aria-label={`${words.restore}: ${name}`}
                >
                  {words.restore}
                </button>
              </form>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
