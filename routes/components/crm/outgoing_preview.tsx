// The part of the preview that shows what leaves for the CRM.

import type { Outgoing } from "../../../lib/crm/outgoing.ts";
import type { Language } from "../../../lib/page/language.ts";
import { CRM } from "../../words/crm.ts";

/** What leaves, and whether a real lead or an invented one is the example. */
export interface OutgoingView {
  readonly what: Outgoing;
  readonly isInvented: boolean;
}

export function OutgoingPreview({ view, language }: {
  readonly view: OutgoingView;
  readonly language: Language;
}) {
  const words = CRM[language];
  const { what, isInvented } = view;
  if (what.kind === "nothing") return null;
  return (
    <>
      <h2>{words.preview}</h2>
      <p class="hint">{isInvented ? words.previewInvented : words.previewLast}</p>
      <div
        class="outgoing"
        data-part="crm amo_account amo_entry amo_pipeline amo_stage amo_tags amo_fields webhook_url webhook_body webhook_headers bitrix24_url google_sheets_url"
      >
        {what.kind === "deal" ? <Deal deal={what} language={language} /> : (
          <pre
            tabIndex={0}
          ><code>{`POST ${what.host}/…\n${headerLines(what.headers)}\n${what.body}`}</code></pre>
        )}
      </div>
    </>
  );
}

function headerLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`).join("");
}

function Deal({ deal, language }: {
  readonly deal: Extract<Outgoing, { readonly kind: "deal" }>;
  readonly language: Language;
}) {
  const words = CRM[language];
  const fields = [...deal.fields].map(([key, value]) => `${key} = ${value}`);
  return (
    <div class="deal">
      <p>
        <small>{words.deal}</small>
        <strong>{deal.name}</strong>
      </p>
      <p>
        <small>{words.contact}</small>
        <bdi>{deal.contact}</bdi>
      </p>
      {deal.tags.length > 0 && (
        <p class="deal-tags">
          {deal.tags.map((tag) => <span key={tag}>{tag}</span>)}
        </p>
      )}
      {fields.length > 0 && (
        <p>
          <small>{words.fields}</small>
          <span class="pieces">{fields.join("\n")}</span>
        </p>
      )}
      <p>
        <small>{words.note}</small>
        <span class="pieces">{deal.note}</span>
      </p>
    </div>
  );
}
