// Form fields: label, input, hint, character count and fault.

import type { ComponentChildren } from "preact";

export interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly hint?: ComponentChildren;
  readonly fault?: string | undefined;
  /** The limit shown by the character count, in UTF-16 units as Telegram counts. */
  readonly most?: number;
  readonly focus?: boolean;
  readonly lang?: string | undefined;
}

export interface TextFieldProps extends FieldProps {
  readonly type?: "text" | "url" | "password";
  readonly inputMode?: "url" | "decimal";
  readonly placeholder?: string | undefined;
  /** To the right of the input, such as a button or a unit. */
  readonly beside?: ComponentChildren;
  readonly narrow?: boolean;
  /** Switches off a phone's capitals and corrections. */
  readonly isKey?: boolean;
  /** The URL from which the script fetches a suggestion for the form's `name`. */
  readonly suggested?: string;
  /** Below the input: the result of a button beside it. */
  readonly children?: ComponentChildren;
}

export function TextField(props: TextFieldProps) {
  const { name, value, type = "text", inputMode, placeholder, beside, narrow, isKey, children } =
    props;
  return (
    <div class="field" id={`field-${name}`}>
      <FieldLabel {...props} />
      <div class={narrow ? "input narrow" : "input"}>
        <input
          id={name}
          type={type}
          name={name}
          value={value}
          inputMode={inputMode}
          placeholder={placeholder}
          autocomplete="off"
          autocapitalize={isKey ? "none" : undefined}
          spellcheck={isKey ? false : undefined}
          lang={props.lang}
          data-suggested={props.suggested}
          {...described(props)}
        />
        {beside}
      </div>
      <FieldNotes {...props} />
      {children}
    </div>
  );
}

export function TextArea(
  props: FieldProps & {
    readonly rows: number;
    readonly placeholder?: string;
    /** JSON or the like: fixed width, and no corrections of a phone. */
    readonly isCode?: boolean;
  },
) {
  const { name, value, rows, lang, placeholder, isCode } = props;
  return (
    <div class="field" id={`field-${name}`}>
      <FieldLabel {...props} />
      <textarea
        id={name}
        name={name}
        rows={rows}
        lang={lang}
        placeholder={placeholder}
        class={isCode ? "code" : undefined}
        autocapitalize={isCode ? "none" : undefined}
        spellcheck={isCode ? false : undefined}
        {...described(props)}
      >
        {/* HTML drops a line break right after the tag (13.1.2.5). */}
        {value.startsWith("\n") ? `\n${value}` : value}
      </textarea>
      <FieldNotes {...props} />
    </div>
  );
}

function FieldLabel({ name, label, value, most }: FieldProps) {
  return (
    <div class="label">
      <label for={name}>{label}</label>
      {most !== undefined && <Counter of={name} used={value.length} most={most} />}
    </div>
  );
}

/** `182/1024`; the script updates it while typing. */
export function Counter(
  { of, used, most }: { readonly of: string; readonly used: number; readonly most: number },
) {
  return (
    <span class={used > most ? "counter over" : "counter"} data-counts={of} data-most={most}>
      {used}/{most}
    </span>
  );
}

function FieldNotes({ name, hint, fault }: FieldProps) {
  return (
    <>
      {hint !== undefined && <p class="hint" id={`${name}-hint`}>{hint}</p>}
      {fault !== undefined && <FaultLine id={`${name}-fault`} fault={fault} />}
    </>
  );
}

export function FaultLine({ id, fault }: { readonly id?: string; readonly fault: string }) {
  return (
    <p class="fault" id={id}>
      <span aria-hidden="true">⚠</span> {fault}
    </p>
  );
}

/** A warning that does not prevent saving. */
export function Caution({ id, children }: {
  readonly id?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <p class="caution" id={id}>
      <span aria-hidden="true">▲</span> {children}
    </p>
  );
}

function described({ name, hint, fault, focus }: FieldProps) {
  const ids = [
    ...fault === undefined ? [] : [`${name}-fault`],
    ...hint === undefined ? [] : [`${name}-hint`],
  ];
  return {
    "aria-describedby": ids.length > 0 ? ids.join(" ") : undefined,
    "aria-invalid": fault === undefined ? undefined : "true" as const,
    autofocus: focus === true,
  };
}
