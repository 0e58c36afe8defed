// amoCRM's fields: account, token, and where in the account a lead goes, by names instead of ids.

import type { OtherToken, SecretViews } from "../../../lib/page/secrets.ts";
import { CRM, type CrmWords } from "../../words/crm.ts";
import { TextArea, TextField } from "../fields.tsx";
import type { FormFaults } from "../form_faults.ts";
import { TrialLine } from "../trial_line.tsx";
import { AmoCrmEntry } from "./amocrm_entry.tsx";
import { Placeholders } from "./placeholders.tsx";
import { HowTo } from "./how_to.tsx";
import type { CrmView } from "./crm_view.ts";
import type { Frame } from "../page.tsx";
import { SecretField } from "./secret_field.tsx";
import { TokenEnd } from "./token_end.tsx";

export function AmoCrmPanel({ view, faults, frame, path }: {
  readonly view: CrmView;
  readonly faults: FormFaults;
  readonly frame: Frame;
  readonly path: string;
}) {
  const words = CRM[frame.language];
  const { form: { amocrm: form }, secrets, look, lists } = view;
  const isChoosing = secrets.otherTokens.length > 0;
  return (
    <>
      <HowTo
        kind="amocrm"
        isDone={secrets.token.known !== undefined}
        language={frame.language}
      />
      <TextField
        name="amo_account"
        label={words.account}
        value={form.account}
        placeholder="monster.amocrm.ru"
        inputMode="url"
        isKey
        hint={words.accountHint}
        fault={faults.of("amo_account")}
        focus={faults.isFirst("amo_account")}
      />
      {isChoosing && <SameToken secrets={secrets} words={words} />}
      <SecretField
        name="amo_token"
        label={words.token}
        hint={words.tokenHint}
        secret={secrets.token}
        isReplaceable={isChoosing}
        fault={faults.of("amo_token")}
        focus={faults.isFirst("amo_token")}
        frame={frame}
        path={path}
      >
        {view.token !== undefined && <TokenEnd token={view.token} frame={frame} />}
        <div class="input">
          <button
            type="submit"
            class="outline"
            name="do"
            value="test"
            formaction={`${path}#crm-look`}
            data-busy={words.checking}
          >
            {words.check}
          </button>
        </div>
        <div id="crm-look">
          {look !== undefined && (
            <TrialLine good={look.kind === "ok"} text={lookWords(look, words)} />
          )}
        </div>
      </SecretField>
      <AmoCrmEntry form={form} lists={lists} faults={faults} words={words} />
      <details class="more" open={hasMore(faults)}>
        <summary>{words.more}</summary>
        <TextField
          name="amo_tags"
          label={words.tags}
          value={form.tags}
          hint={words.tagsHint}
          fault={faults.of("amo_tags")}
          focus={faults.isFirst("amo_tags")}
        />
        <TextArea
          name="amo_fields"
          label={words.fields}
          value={form.fields}
          rows={3}
          placeholder="UTM_SOURCE = {source}"
          hint={words.fieldsHint}
          fault={faults.of("amo_fields")}
          focus={faults.isFirst("amo_fields")}
        />
        <Placeholders words={words} names={view.placeholders} />
      </details>
    </>
  );
}

function lookWords(look: NonNullable<CrmView["look"]>, words: CrmWords): string {
  if (look.kind === "ok") return words.look.ok(look.account);
  return look.kind === "nothing" ? words.look.nothing : words.look[look.fault];
}

function hasMore(faults: FormFaults): boolean {
  return faults.of("amo_tags") !== undefined || faults.of("amo_fields") !== undefined;
}

function SameToken({ secrets, words }: {
  readonly secrets: SecretViews;
  readonly words: CrmWords;
}) {
  return (
    <div class="field">
      <div class="label">
        <label for="amo_same">{words.sameToken}</label>
      </div>
      <select id="amo_same" name="amo_same">
        <option value="">{words.ownToken}</option>
        {secrets.otherTokens.map((other) => (
          <option value={other.name} selected={isSelected(other, secrets)} key={other.name}>
            {labelOf(other, words)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The environment's is taken unless another is chosen or typed. */
function isSelected({ name, variable }: OtherToken, { token }: SecretViews): boolean {
  return token.name === "" ? variable !== undefined : token.name === name;
}

function labelOf({ profile, ending, variable }: OtherToken, words: CrmWords): string {
  if (profile !== null) return words.tokenOf(profile);
  return variable === undefined ? words.tokenLeft(ending) : words.secret.environment(variable);
}
