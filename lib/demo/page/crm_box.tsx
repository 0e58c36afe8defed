// The CRM between the phones: its switch, and what it has got.

import { MODES } from "../stage/crm_switch.ts";
import { Door } from "./door.tsx";
import type { View } from "./view.ts";

/** The CRM, and the wire on which a lead's light runs. */
export function CrmBox({ stage, words }: View) {
  const { mode: current, received } = stage.crm;
  return (
    <section class="middle" id="crm" aria-label={words.crm}>
      <div class="wire" aria-hidden="true">
        <span class="light" id="light" />
      </div>
      <div class="box">
        <h2>{words.crm}</h2>
        <form method="post" action="/demo/crm#crm" id="crm-switch" data-live>
          {MODES.map((mode) => (
            <button
              type="submit"
              id={`mode-${mode}`}
              name="mode"
              value={mode}
              class={`mode ${mode}`}
              aria-pressed={mode === current ? "true" : "false"}
            >
              {words.modes[mode]}
            </button>
          ))}
        </form>
        <h3>{words.received}</h3>
        <ol id="crm-received" aria-live="polite" data-live>
          {received.length === 0 && <li class="none" id="received-none">{words.nothing}</li>}
          {received.map(({ number, request, who, whole }) => (
            <li id={`received-${number}`} title={whole}>
              <strong>{request ?? words.note}</strong>
              <br />
              {who}
            </li>
          ))}
        </ol>
        <p class="hint">
          <Door to="/" words={words} class="inline">{words.configPage}</Door>. {words.configHint}
        </p>
      </div>
    </section>
  );
}
