// The forms that put a profile live or on pause: one press, after saying what will happen.

import type { ComponentChildren } from "preact";
import { LIMITS } from "../../lib/profiles/limits.ts";
import { hasDestination, type Profile } from "../../lib/profiles/profile.ts";
import { menuMessage } from "../../lib/visitors/menu_message.ts";
import type { State } from "../../lib/page/state.ts";
import { PROFILE_STATE } from "../words/profile_state.ts";
import { Isolated, isolated } from "./isolated.tsx";
import type { Frame } from "./page.tsx";
import { SmallForm } from "./small_form.tsx";
import { Keyboard, Message } from "./telegram.tsx";
import { type Refusal, Unsaved } from "./unsaved.tsx";

interface Shared {
  readonly frame: Frame;
  readonly profile: Profile;
  readonly version: string;
  readonly refusal?: Refusal | undefined;
}

export function Publish({ place, toMenu, ...shared }: Shared & {
  /** What the menu has of it. */
  readonly place: "taken" | "free" | "full";
  readonly toMenu: boolean;
}) {
  const words = PROFILE_STATE[shared.frame.language];
  const { name } = shared.profile;
  return (
    <StateForm {...shared} to="publish" title={words.publishTitle} submit={words.publish}>
      <p>{words.publishWhat}</p>
      {!hasDestination(shared.profile) && (
        <p class="caution">
          <span aria-hidden="true">▲</span> {words.publishNoCrm}
        </p>
      )}
      {place === "free" && (
        <div class="field">
          <label>
            <input type="checkbox" name="menu" value="yes" checked={toMenu} />{" "}
            <Isolated say={words.toMenu} what={name} />
          </label>
          <p class="hint">{words.toMenuHint}</p>
        </div>
      )}
      {place === "taken" && <p>{words.inMenu}</p>}
      {place === "full" && <p>{words.menuFull(LIMITS.buttons)}</p>}
    </StateForm>
  );
}

export function Pause({ state, ...shared }: Shared & { readonly state: State }) {
  const words = PROFILE_STATE[shared.frame.language];
  const { profile } = shared;
  const profiles = state.deps.profiles.current();
  const byKey = new Map(profiles.byKey).set(profile.key, { ...profile, state: "paused" });
  const { text, keyboard, hasButtons } = menuMessage({ ...profiles, byKey }, null, profile);
  return (
    <StateForm {...shared} to="pause" title={words.pauseTitle} submit={words.pause}>
      <p>{words.pauseWhat}</p>
      <div class="phone">
        <Message text={text}>
          {hasButtons && (
            <Keyboard keyboard={keyboard} draw={(label) => <span class="key">{label}</span>} />
          )}
        </Message>
      </div>
      <p>
        <a href={`/profiles/${profile.key}#field-paused_text`}>{words.pauseText}</a>
      </p>
      {!hasButtons && <p class="hint">{words.pauseLast}</p>}
      <p class="hint">{words.pauseMenu}</p>
    </StateForm>
  );
}

/** The page of a refused «Возобновить». */
export function Resume(shared: Shared) {
  const words = PROFILE_STATE[shared.frame.language];
  return (
    <StateForm
      {...shared}
      to="resume"
      title={(name) => words.of(words.resume, name)}
      submit={words.resume}
    >
      {null}
    </StateForm>
  );
}

function StateForm({ frame, profile, version, refusal, to, title, submit, children }: Shared & {
  readonly to: "publish" | "pause" | "resume";
  readonly title: (name: string) => string;
  readonly submit: string;
  readonly children: ComponentChildren;
}) {
  const path = `/profiles/${profile.key}`;
  return (
    <SmallForm
      frame={frame}
      title={title(isolated(profile.name))}
      action={`${path}/${to}`}
      submit={submit}
      back={path}
    >
      {refusal && <Unsaved refusal={refusal} frame={frame} />}
      <input type="hidden" name="version" value={version} />
      {children}
    </SmallForm>
  );
}
