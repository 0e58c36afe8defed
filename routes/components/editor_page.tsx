// A form with its preview beside it; on a phone the preview is above, behind a switch.

import type { ComponentChildren } from "preact";
import { PROFILE } from "../words/profile.ts";
import { PROFILE_STATE } from "../words/profile_state.ts";
import { LanguageTabs } from "./language_tabs.tsx";
import { FormToken, type Frame, Page } from "./page.tsx";
import { StateLine, type StateView } from "./state_line.tsx";

export function EditorPage({
  frame,
  profileKey,
  name,
  languages,
  shown,
  state,
  note,
  preview,
  children,
}: {
  readonly frame: Frame;
  readonly profileKey: string;
  readonly name: string;
  readonly languages: readonly string[];
  /** The open tab's language; null for the base. */
  readonly shown: string | null;
  readonly state: StateView;
  readonly note: ComponentChildren;
  readonly preview: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const words = PROFILE[frame.language];
  const path = `/profiles/${profileKey}`;
  return (
    <Page frame={frame} title={name}>
      <p class="crumbs">
        <a href="/">{words.back}</a>
      </p>
      <div class="title">
        <h1>{name}</h1>
        <nav class="beside" aria-label={words.more}>
          <a href={`${path}/history`}>{words.history}</a>
          <a href={`${path}/sources`}>{words.sources}</a>
          <a href={`/new-profile?from=${profileKey}`}>{words.duplicate}</a>
          <a href={`${path}/rename`}>{words.rename}</a>
          {state.profile.state === "live" && (
            <a href={`${path}/pause`}>{PROFILE_STATE[frame.language].pause}</a>
          )}
          <a href={`${path}/delete`}>{words.delete}</a>
        </nav>
      </div>
      <LanguageTabs frame={frame} path={path} languages={languages} shown={shown} />
      {note}
      <StateLine view={state} frame={frame} />
      <Columns label={words.preview} preview={preview}>{children}</Columns>
    </Page>
  );
}

/** The form of an editor: posted to its path to be saved, and to `<path>/preview` at every change. */
export function EditorForm({ frame, id, path, version, isUnsaved, withFile, children }: {
  readonly frame: Frame;
  readonly id?: string;
  readonly path: string;
  readonly version: string;
  readonly isUnsaved: boolean;
  /** Whether a file goes with it. */
  readonly withFile?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <form
      id={id}
      class="editor"
      method="post"
      action={path}
      enctype={withFile ? "multipart/form-data" : undefined}
      data-preview={`${path}/preview`}
      data-unsaved={isUnsaved ? "" : undefined}
    >
      <FormToken frame={frame} />
      <input type="hidden" name="version" value={version} />
      {/* Enter in a field presses the form's first button. */}
      <button type="submit" class="first" name="do" value="save" tabIndex={-1} aria-hidden="true">
        {PROFILE[frame.language].save}
      </button>
      {children}
    </form>
  );
}

/** The buttons below a form: save, show the preview (without scripts), and `children`. */
export function SaveBar({ frame, isUnsaved, showAt, children }: {
  readonly frame: Frame;
  readonly isUnsaved: boolean;
  /** Where the form is posted to be shown; by default its own path. */
  readonly showAt?: string;
  readonly children?: ComponentChildren;
}) {
  const words = PROFILE[frame.language];
  return (
    <div class="save-bar">
      <button type="submit" name="do" value="save">{words.save}</button>
      <noscript>
        <button type="submit" class="outline" name="do" value="show" formaction={showAt}>
          {words.show}
        </button>
      </noscript>
      {isUnsaved && <span class="hint">{words.unsaved}</span>}
      {children}
    </div>
  );
}

export function Columns({ label, preview, children }: {
  readonly label: string;
  readonly preview: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="columns">
      <div class="column">{children}</div>
      <aside>
        <label class="preview-switch">
          <input type="checkbox" role="switch" id="preview-switch" /> {label}
        </label>
        {preview}
      </aside>
    </div>
  );
}
