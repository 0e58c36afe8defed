// amoCRM's fields: account, token, and where in the account a lead goes, by names instead of ids.

import type { ComponentChildren } from "preact";
import type { AmoCrmLists } from "../../../lib/crm/amocrm/look.ts";
import type { OtherToken, SecretViews } from "../../../lib/page/secrets.ts";
import type { AmoCrmForm } from "../../../lib/profiles/crm_form.ts";
import { CRM, type CrmWords } from "../../words/crm.ts";
import { FaultLine, TextArea, TextField } from "../fields.tsx";
import type { FormFaults } from "../form_faults.ts";
import { TrialLine } from "../trial_line.tsx";
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
      <Entry form={form} lists={lists} faults={faults} words={words} />
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

/** Where a lead goes: the radio, and the pickers of either way. */
function Entry({ form, lists, faults, words }: {
  readonly form: AmoCrmForm;
  readonly lists: AmoCrmLists | undefined;
  readonly faults: FormFaults;
  readonly words: CrmWords;
}) {
  const fault = faults.of("amo_stage");
  return (
    <fieldset class="entry">
      <legend>{words.entry}</legend>
      <div class="ways">
        <label>
          <input
            type="radio"
            name="amo_entry"
            value="unsorted"
            checked={form.entry === "unsorted"}
          />
          {words.unsorted}
        </label>
        <label>
          <input type="radio" name="amo_entry" value="lead" checked={form.entry === "lead"} />
          {words.lead}
        </label>
      </div>
      {lists === undefined && <p class="hint">{words.namesAfterCheck}</p>}
      <div class="pickers">
        <Picker name="amo_pipeline" label={words.pipeline} fault={faults.of("amo_pipeline")}>
          <option value="">{words.mainPipeline}</option>
          <Known
            value={form.pipeline}
            isListed={lists?.pipelines.some(({ id }) => String(id) === form.pipeline)}
            text={words.pipelineById}
          />
          {lists?.pipelines.map(({ id, name }) => (
            <option value={id} selected={String(id) === form.pipeline} key={id}>{name}</option>
          ))}
        </Picker>
        <Picker name="amo_stage" label={words.stage} fault={fault}>
          <Stages form={form} lists={lists} words={words} />
        </Picker>
        <Picker
          name="amo_responsible"
          label={words.responsible}
          fault={faults.of("amo_responsible")}
        >
          <option value="">{words.nobody}</option>
          <Known
            value={form.responsible}
            isListed={lists?.users.some(({ id }) => String(id) === form.responsible)}
            text={words.userById}
          />
          {lists?.users.map(({ id, name }) => (
            <option value={id} selected={String(id) === form.responsible} key={id}>{name}</option>
          ))}
        </Picker>
      </div>
    </fieldset>
  );
}

function Stages({ form, lists, words }: {
  readonly form: AmoCrmForm;
  readonly lists: AmoCrmLists | undefined;
  readonly words: CrmWords;
}) {
  const [pipeline = "", status = ""] = form.stage.split(":");
  // A new lead is neither won nor lost.
  const stages = lists?.pipelines.map((each) => ({
    ...each,
    statuses: each.statuses.filter(({ end }) => end === null),
  }));
  const isListed = stages?.some(({ id, statuses }) =>
    String(id) === pipeline &&
    (status === "" || statuses.some((each) => String(each.id) === status))
  );
  return (
    <>
      <option value="">{words.chooseStage}</option>
      <Known
        value={form.stage}
        isListed={isListed}
        text={() =>
          `${words.pipelineById(pipeline)}, ${
            status === "" ? words.firstStage : words.stageById(status)
          }`}
      />
      {stages?.map(({ id, name, statuses }) => (
        <optgroup label={name} key={id}>
          {form.stage === `${id}:` && (
            <option value={form.stage} selected>{words.firstStage}</option>
          )}
          {statuses.map((each) => (
            <option
              value={`${id}:${each.id}`}
              selected={form.stage === `${id}:${each.id}`}
              key={each.id}
            >
              {each.name}
            </option>
          ))}
        </optgroup>
      ))}
    </>
  );
}

/** What the file has and the account's lists do not name. */
function Known({ value, isListed, text }: {
  readonly value: string;
  readonly isListed: boolean | undefined;
  readonly text: (value: string) => string;
}) {
  if (value === "" || isListed === true) return null;
  return <option value={value} selected>{text(value)}</option>;
}

function Picker({ name, label, fault, children }: {
  readonly name: string;
  readonly label: string;
  readonly fault: string | undefined;
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`field ${name}`} id={`field-${name}`}>
      <div class="label">
        <label for={name}>{label}</label>
      </div>
      <select
        id={name}
        name={name}
        aria-invalid={fault === undefined ? undefined : "true"}
        aria-describedby={fault === undefined ? undefined : `${name}-fault`}
      >
        {children}
      </select>
      {fault !== undefined && <FaultLine id={`${name}-fault`} fault={fault} />}
    </div>
  );
}

/** What a template may name. */
export function Placeholders({ words, names }: {
  readonly words: CrmWords;
  readonly names: readonly string[];
}) {
  return (
    <p class="hint placeholders">
      {words.placeholders}: {names.map((each) => (
        <>
          <code key={each}>{`{${each}}`}</code>
          {" "}
        </>
      ))}
    </p>
  );
}
