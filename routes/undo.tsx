// Undoes a whole change that was just made on the page.

import { HttpError } from "fresh";
import { type JsonText, readJson } from "../lib/json/text.ts";
import { MENU_KEY } from "../lib/profiles/edits.ts";
import { saveEdit } from "../lib/profiles/saving.ts";
import { changedKeys, withoutChange } from "../lib/profiles/undo.ts";
import { field } from "../lib/page/form.ts";
import { define, type State } from "../lib/page/state.ts";
import { frameOf } from "./components/page.tsx";
import { statusOf, UnsavedPage } from "./components/unsaved.tsx";

/** A change whose old and new text are still in the journal. */
interface Change {
  readonly number: number;
  readonly before: JsonText;
  readonly after: JsonText;
  readonly renamed: { readonly from: string; readonly to: string } | null;
}

export const handler = define.handlers({
  async POST(ctx) {
    const { state } = ctx;
    const change = await findChange(state, Number(field(state.form, "change")));
    if (change === undefined) throw new HttpError(404);
    const { before, after, renamed } = change;
    const result = await saveEdit(
      state.deps.profiles,
      state.session.openedBy,
      (content) => withoutChange(content, before, after),
      renamed === null ? undefined : { from: renamed.to, to: renamed.from },
    );
    if (result.kind !== "saved") {
      return ctx.render(
        <UnsavedPage frame={await frameOf(ctx)} refusal={result} />,
        { status: statusOf(result) },
      );
    }
    if (renamed !== null) state.deps.delivery.wake(); // "Send all" continues under the key.
    return ctx.redirect(pageOf(state, change), 303);
  },
});

/** The number of this person's newest change if it concerns this profile (or the menu): the one that "take it back" undoes. */
export async function newestChange(state: State, key: string): Promise<number | undefined> {
  const { journal } = state.deps;
  const newest = await journal.latestFileBy(state.session.openedBy);
  const change = newest && await findChange(state, newest.number);
  if (change === undefined) return undefined;
  return changedKeys(change.before, change.after).includes(key) ? change.number : undefined;
}

async function findChange({ deps }: State, number: number): Promise<Change | undefined> {
  if (!Number.isSafeInteger(number)) return undefined;
  const [file, last] = await Promise.all(
    [number, number - 1].map((each) => deps.journal.findFile(each)),
  );
  if (file === undefined || last === undefined || file.savedBy === null) return undefined;
  const [before, after] = [readJson(last.text), readJson(file.text)];
  if (!before.ok || !after.ok) return undefined;
  return { number, before: before.json, after: after.json, renamed: file.renamed };
}

function pageOf({ deps }: State, { before, after }: Change): string {
  const { byKey } = deps.profiles.current();
  const keys = changedKeys(before, after);
  const [profile, ...others] = keys.filter((key) => byKey.has(key));
  if (profile !== undefined && others.length === 0) return `/profiles/${profile}?saved`;
  const gone = keys.find((key) => key !== MENU_KEY && !before.members.has(key));
  if (gone !== undefined) return `/?deleted=${gone}`;
  return keys.includes(MENU_KEY) ? "/menu?saved" : "/";
}
