// A page with one short form and a link back.

import type { ComponentChildren } from "preact";
import { PROFILE_LIST } from "../words/profile_list.ts";
import { FormToken, type Frame, Page } from "./page.tsx";

export function SmallForm({ frame, title, action, submit, back = "/", danger = false, children }: {
  readonly frame: Frame;
  readonly title: string;
  readonly action: string;
  readonly submit: string;
  readonly back?: string;
  readonly danger?: boolean;
  readonly children: ComponentChildren;
}) {
  const words = PROFILE_LIST[frame.language];
  return (
    <Page frame={frame} title={title}>
      <p class="crumbs">
        <a href="/">{words.back}</a>
      </p>
      <h1>{title}</h1>
      <form class="small" method="post" action={action}>
        <FormToken frame={frame} />
        {children}
        <div class="actions">
          <button type="submit" class={danger ? "danger" : undefined}>{submit}</button>
          <a role="button" class="outline" href={back}>{words.cancel}</a>
        </div>
      </form>
    </Page>
  );
}
