// The forms beside the list of profiles: new, rename, delete.

import { LIMITS } from "../../lib/profiles/limits.ts";
import type { State } from "../../lib/page/state.ts";
import { PROFILE_LIST } from "../words/profile_list.ts";
import { TextField } from "./fields.tsx";
import { type Frame, Page } from "./page.tsx";
import { SmallForm } from "./small_form.tsx";
import { type Refusal, Unsaved } from "./unsaved.tsx";

export interface NewView {
  readonly from: string | undefined;
  readonly name: string;
  readonly key: string;
  readonly nameFault?: string | undefined;
  readonly keyFault?: string | undefined;
  readonly refusal?: Refusal;
}

export function NewProfile({ frame, state, view }: {
  readonly frame: Frame;
  readonly state: State;
  readonly view: NewView;
}) {
  const words = PROFILE_LIST[frame.language];
  const original = view.from && state.deps.profiles.current().byKey.get(view.from);
  const title = original ? words.copyTitle(original.name) : words.newTitle;
  return (
    <SmallForm frame={frame} title={title} action="/new-profile" submit={words.create}>
      {view.refusal && <Unsaved refusal={view.refusal} frame={frame} />}
      {view.from !== undefined && <input type="hidden" name="from" value={view.from} />}
      <TextField
        name="name"
        label={words.name}
        value={view.name}
        most={LIMITS.name}
        fault={view.nameFault}
        focus={view.keyFault === undefined}
      />
      <TextField
        name="key"
        isKey
        label={words.key}
        value={view.key}
        hint={words.keyHint(state.deps.botUsername() ?? "…")}
        suggested="/new-profile/key"
        fault={view.keyFault}
        focus={view.keyFault !== undefined}
      />
      <p class="hint">{words.createHint}</p>
    </SmallForm>
  );
}

export function Rename({ frame, state, from, to, fault, refusal }: {
  readonly frame: Frame;
  readonly state: State;
  readonly from: string;
  readonly to: string;
  readonly fault?: string;
  readonly refusal?: Refusal;
}) {
  const words = PROFILE_LIST[frame.language];
  const name = state.deps.profiles.current().byKey.get(from)?.name ?? from;
  const bot = state.deps.botUsername() ?? "…";
  return (
    <SmallForm
      frame={frame}
      title={words.renameTitle(name)}
      action={`/profiles/${from}/rename`}
      submit={words.rename}
      back={`/profiles/${from}`}
    >
      {refusal && <Unsaved refusal={refusal} frame={frame} />}
      <p>{words.renameWarning(`t.me/${bot}?start=${from}`)}</p>
      <TextField
        name="key"
        isKey
        label={words.key}
        value={to}
        hint={words.keyHint(bot)}
        fault={fault}
        focus
      />
    </SmallForm>
  );
}

export function Delete({ frame, state, profile, leads, fault, refusal }: {
  readonly frame: Frame;
  readonly state: State;
  readonly profile: string;
  /** How many leads it has. */
  readonly leads: number;
  readonly fault?: string;
  readonly refusal?: Refusal;
}) {
  const words = PROFILE_LIST[frame.language];
  const { deps } = state;
  const name = deps.profiles.current().byKey.get(profile)?.name ?? profile;
  if (deps.profiles.current().byKey.size === 1) {
    return (
      <Page frame={frame} title={words.deleteTitle(name)}>
        <h1>{words.deleteTitle(name)}</h1>
        <p>{words.deleteLast}</p>
        <a role="button" href="/new-profile">{words.newTitle}</a>
      </Page>
    );
  }
  return (
    <SmallForm
      frame={frame}
      title={words.deleteTitle(name)}
      action={`/profiles/${profile}/delete`}
      submit={words.delete}
      back={`/profiles/${profile}`}
      danger
    >
      {refusal && <Unsaved refusal={refusal} frame={frame} />}
      <p>
        {words.deleteWarning} {words.deleteLeads(leads)} {words.deleteBack}
      </p>
      <TextField
        name="key"
        isKey
        label={words.deleteConfirm(profile)}
        value={refusal === undefined ? "" : profile}
        fault={fault}
        focus
      />
    </SmallForm>
  );
}
