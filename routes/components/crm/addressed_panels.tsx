// The fields of CRMs that take a lead at an address: Bitrix24, a Google sheet, any webhook.

import type { ComponentChildren } from "preact";
import { HEADER_SECRET } from "../../../lib/page/secrets.ts";
import { isOneTimeAddress } from "../../../lib/profiles/crm_address.ts";
import type { AddressedKind } from "../../../lib/profiles/crm_form.ts";
import { CRM } from "../../words/crm.ts";
import { PROFILE } from "../../words/profile.ts";
import { Caution, TextArea, TextField } from "../fields.tsx";
import type { FormFaults } from "../form_faults.ts";
import type { Frame } from "../page.tsx";
import { Trial } from "../trial.tsx";
import { Placeholders } from "./placeholders.tsx";
import type { CrmView } from "./crm_view.ts";
import { GOOGLE_SCRIPT } from "./google_script.ts";
import { HowTo } from "./how_to.tsx";
import { SecretField } from "./secret_field.tsx";

const BODY_EXAMPLE = '{ "title": "{lead_name}", "contact": "{name}" }';

export interface PanelProps {
  readonly view: CrmView;
  readonly faults: FormFaults;
  readonly frame: Frame;
  readonly path: string;
}

export function Bitrix24Panel(props: PanelProps) {
  const { frame } = props;
  return (
    <>
      <HowTo kind="bitrix24" isDone={isFilled(props, "bitrix24")} language={frame.language} />
      <Address
        {...props}
        kind="bitrix24"
        label={CRM[frame.language].bitrix24}
        placeholder="https://portal.bitrix24.ru/rest/1/…/"
      />
    </>
  );
}

export function GoogleSheetsPanel(props: PanelProps) {
  const { frame } = props;
  const words = CRM[frame.language];
  return (
    <>
      <HowTo
        kind="google_sheets"
        isDone={isFilled(props, "google_sheets")}
        language={frame.language}
      />
      <details class="script">
        <summary>{words.script}</summary>
        <button
          type="button"
          class="outline"
          hidden
          data-copy-of="google-script"
          data-copied={words.copied}
        >
          {words.copy}
        </button>
        <pre id="google-script" tabIndex={0}><code>{GOOGLE_SCRIPT}</code></pre>
      </details>
      <Address
        {...props}
        kind="google_sheets"
        label={words.googleSheets}
        placeholder="https://script.google.com/macros/s/…/exec"
      />
    </>
  );
}

export function WebhookPanel(props: PanelProps) {
  const { view, faults, frame, path } = props;
  const words = CRM[frame.language];
  const { webhook: form, addresses } = view.form;
  const common = (name: string) => ({
    name,
    fault: faults.of(name),
    focus: faults.isFirst(name),
  });
  return (
    <>
      <HowTo kind="webhook" isDone={isFilled(props, "webhook")} language={frame.language} />
      <Address {...props} kind="webhook" label={PROFILE[frame.language].webhook}>
        {isOneTimeAddress(addresses.webhook) && <Caution>{words.oneTime}</Caution>}
      </Address>
      <details class="more" open={isMoreOpen(props)}>
        <summary>{words.more}</summary>
        <TextArea
          {...common("webhook_body")}
          label={words.body}
          value={form.body}
          rows={6}
          isCode
          placeholder={BODY_EXAMPLE}
          hint={words.bodyHint}
        />
        <Placeholders words={words} names={view.placeholders} />
        <TextArea
          {...common("webhook_headers")}
          label={words.headers}
          value={form.headers}
          rows={2}
          isCode
          placeholder="Authorization: Bearer {secret:crm_key}"
          hint={words.headersHint}
        />
        {view.secrets.headers.map((secret) => (
          <SecretField
            key={secret.name}
            name={`${HEADER_SECRET}${secret.name}`}
            label={words.headerSecret(secret.name)}
            secret={secret}
            frame={frame}
            path={path}
          />
        ))}
        <TextField
          {...common("webhook_accepted")}
          label={words.accepted}
          value={form.accepted}
          placeholder="200, 201, 202"
          hint={words.acceptedHint}
        />
        <TextField
          {...common("webhook_redirect_hosts")}
          label={words.redirectHosts}
          value={form.redirectHosts}
          placeholder="script.googleusercontent.com"
          isKey
          hint={words.redirectHostsHint}
        />
        <TextField
          {...common("webhook_refused_by")}
          label={words.refusedBy}
          value={form.refusedBy}
          placeholder="error"
          isKey
          hint={words.refusedByHint}
        />
        <SecretField
          {...common("webhook_signing")}
          label={words.signing}
          hint={words.signingHint}
          secret={view.secrets.signing}
          frame={frame}
        >
          {view.secrets.signing.name !== "" && (
            <label class="tick">
              <input type="checkbox" name="signing_off" value="yes" /> {words.signingOff}
            </label>
          )}
        </SecretField>
      </details>
    </>
  );
}

function isFilled({ view }: PanelProps, kind: AddressedKind): boolean {
  return view.form.addresses[kind] !== "";
}

/** Open where there is something in it, or a fault. */
function isMoreOpen({ view: { form: { kind, webhook } }, faults }: PanelProps): boolean {
  if (kind !== "webhook") return false;
  const hasFault = [
    "webhook_body",
    "webhook_headers",
    "webhook_accepted",
    "webhook_redirect_hosts",
    "webhook_refused_by",
    "webhook_signing",
  ].some((name) => faults.of(name) !== undefined);
  return hasFault || Object.values(webhook).some((each) => each !== "");
}

function Address({ view, faults, frame, path, kind, label, placeholder, children }: PanelProps & {
  readonly kind: AddressedKind;
  readonly label: string;
  readonly placeholder?: string;
  readonly children?: ComponentChildren;
}) {
  const words = PROFILE[frame.language];
  const name = `${kind}_url`;
  const isChosen = view.form.kind === kind;
  return (
    <TextField
      name={name}
      label={label}
      value={view.form.addresses[kind]}
      inputMode="url"
      placeholder={placeholder ?? "https://"}
      fault={isChosen ? faults.of("webhook_url") : undefined}
      focus={isChosen && faults.isFirst("webhook_url")}
      {...kind === "webhook" ? { hint: words.webhookHint } : {}}
      beside={
        <button
          type="submit"
          class="outline"
          name="do"
          value="test"
          formaction={`${path}#field-${name}`}
          data-busy={words.testing}
        >
          {words.test}
        </button>
      }
    >
      {children}
      {isChosen && view.trial !== undefined && (
        <Trial trial={view.trial} words={words} frame={frame} />
      )}
    </TextField>
  );
}
