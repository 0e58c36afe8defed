// Where in an amoCRM account a lead goes, chosen by names instead of ids.

import type { ComponentChildren } from "preact";
import type { AmoCrmLists } from "../../../lib/crm/amocrm/look.ts";
import type { AmoCrmForm } from "../../../lib/profiles/crm_form.ts";
import type { CrmWords } from "../../words/crm.ts";
import { FaultLine } from "../fields.tsx";
import type { FormFaults } from "../form_faults.ts";

/** Where a lead goes: the radio, and the pickers of either way. */
export function AmoCrmEntry({ form, lists, faults, words }: {
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
          <option value="">{words.noUser}</option>
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
