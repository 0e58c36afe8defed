// "Where leads go" in a profile's form. The fields of every kind are in it; without a script the style shows the chosen ones.

import type { ComponentChildren } from "preact";
import { CRM_KINDS, type CrmKind } from "../../../lib/profiles/crm_form.ts";
import { CRM } from "../../words/crm.ts";
import type { FormFaults } from "../form_faults.ts";
import type { Frame } from "../page.tsx";
import { Bitrix24Panel, GoogleSheetsPanel, WebhookPanel } from "./addressed_panels.tsx";
import { TrialLine } from "../trial_line.tsx";
import { AmoCrmPanel } from "./amocrm_panel.tsx";
import type { CrmView } from "./crm_view.ts";

export function CrmSection({ view, faults, frame, path, children }: {
  readonly view: CrmView;
  readonly faults: FormFaults;
  readonly frame: Frame;
  /** Where the form is posted. */
  readonly path: string;
  /** Below the fields of a kind that sends leads. */
  readonly children: ComponentChildren;
}) {
  const words = CRM[frame.language];
  const { kind } = view.form;
  const kinds = CRM_KINDS.filter((each) => each !== "other" || kind === "other");
  const panel = { view, faults, frame, path };
  return (
    <fieldset class="crm" id="crm">
      <legend>{words.title}</legend>
      <div class="kinds">
        {kinds.map((each) => (
          <label key={each}>
            <input type="radio" name="crm" value={each} checked={each === kind} />
            {words.kinds[each]}
          </label>
        ))}
      </div>
      {view.isKeyRemoved && <TrialLine good={false} text={words.secret.removed} />}
      <Panel kind="amocrm">
        <AmoCrmPanel {...panel} />
      </Panel>
      <Panel kind="bitrix24">
        <Bitrix24Panel {...panel} />
      </Panel>
      <Panel kind="google_sheets">
        <GoogleSheetsPanel {...panel} />
      </Panel>
      <Panel kind="webhook">
        <WebhookPanel {...panel} />
      </Panel>
      <Panel kind="chat">
        <p class="hint">{words.chatHint}</p>
      </Panel>
      <Panel kind="other">
        <p class="hint">{words.otherHint[frame.place]}</p>
      </Panel>
      <div class="kind sends">{children}</div>
    </fieldset>
  );
}

function Panel({ kind, children }: {
  readonly kind: CrmKind;
  readonly children: ComponentChildren;
}) {
  return <div class={`kind kind-${kind}`}>{children}</div>;
}
