// The list of a profile's buttons: add, remove and move, also without scripts.

import { LIMITS } from "../../lib/profiles/limits.ts";
import type { ButtonForm } from "../../lib/profiles/edits.ts";
import type { ProfileWords } from "../words/profile.ts";
import { Caution, FaultLine } from "./fields.tsx";
import type { FormFaults } from "./form_faults.ts";

/** The focus after a press: the pressed arrow in its new row, or a new button's text. */
export interface Focus {
  readonly field: "button_text" | "up" | "down" | "remove";
  readonly index: number;
}

interface ButtonsProps {
  readonly buttons: readonly ButtonForm[];
  /** Where the form is posted; the answer opens at this list. */
  readonly path: string;
  readonly faults: FormFaults;
  readonly cautions: ReadonlyMap<number, string>;
  readonly focus?: Focus | undefined;
  readonly words: ProfileWords;
}

export function ButtonsField({ buttons, path, faults, cautions, focus, words }: ButtonsProps) {
  const fault = faults.of("buttons");
  return (
    <fieldset class="buttons" id="buttons">
      <legend>
        {words.buttons}{" "}
        <span class={buttons.length > LIMITS.buttons ? "counter over" : "counter"}>
          {buttons.length}/{LIMITS.buttons}
        </span>
      </legend>
      {fault !== undefined && <FaultLine fault={fault} />}
      <ol>
        {buttons.map((button, index) => (
          <ButtonRow
            button={button}
            index={index}
            isLast={index === buttons.length - 1}
            path={path}
            faults={faults}
            cautions={cautions}
            focus={focus?.index === index ? focus : undefined}
            words={words}
          />
        ))}
      </ol>
      <button type="submit" class="outline" name="do" value="add" formaction={`${path}#buttons`}>
        {words.add}
      </button>
    </fieldset>
  );
}

function ButtonRow({ button, index, isLast, path, faults, cautions, focus, words }:
  & Omit<ButtonsProps, "buttons">
  & { readonly button: ButtonForm; readonly index: number; readonly isLast: boolean }) {
  const nth = index + 1;
  const { text, choice, callbackData } = button;
  const textFault = faults.ofButton(index, "button_text");
  const caution = textFault === undefined ? cautions.get(index) : undefined;
  const choiceFault = faults.ofButton(index, "button_choice");
  const move = (kind: "up" | "down" | "remove", sign: string, disabled: boolean) => (
    <button
      type="submit"
      class="move"
      name="do"
      value={`${kind}:${index}`}
      formaction={`${path}#buttons`}
      disabled={disabled}
      aria-label={words[kind](nth)}
      autofocus={focus?.field === kind && !disabled}
    >
      {sign}
    </button>
  );
  return (
    <li>
      <input type="hidden" name="button_key" value={callbackData} />
      <div class="button-row">
        {move("up", "↑", index === 0)}
        {move("down", "↓", isLast)}
        <input
          type="text"
          name="button_text"
          value={text}
          autocomplete="off"
          aria-label={words.button(nth)}
          aria-invalid={textFault === undefined ? undefined : "true"}
          aria-describedby={textFault === undefined
            ? caution && `button-${index}-caution`
            : `button-${index}-fault`}
          autofocus={focus?.field === "button_text" || faults.isFirst("button_text", index)}
        />
        {move("remove", "✕", false)}
      </div>
      {textFault !== undefined && <FaultLine id={`button-${index}-fault`} fault={textFault} />}
      {caution !== undefined && <Caution id={`button-${index}-caution`}>{caution}</Caution>}
      <div class="button-more">
        <code title={words.buttonKey}>{callbackData}</code>
        <details open={choice !== "" || choiceFault !== undefined}>
          <summary>{words.choice}</summary>
          <input
            type="text"
            name="button_choice"
            value={choice}
            placeholder={text}
            autocomplete="off"
            aria-label={words.choiceOf(nth)}
            aria-invalid={choiceFault === undefined ? undefined : "true"}
            autofocus={faults.isFirst("button_choice", index)}
          />
          <p class="hint">{words.choiceHint}</p>
          {choiceFault !== undefined && <FaultLine fault={choiceFault} />}
        </details>
      </div>
    </li>
  );
}
