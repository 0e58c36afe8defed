// Form fields: a label, the input, what it is for, how much of the limit is used, and what is wrong with it.

import type { ComponentChildren } from "preact";

export interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly hint?: ComponentChildren;
  /** What is wrong with it; the field is then marked. */
  readonly fault?: string | undefined;
  /** Shows how many characters of this many are used, as Telegram counts them (UTF-16 units). */
  readonly most?: number;
  /** Takes the focus when the page opens. */
  readonly focus?: boolean;
  readonly lang?: string | undefined;
}

export interface TextFieldProps extends FieldProps {
  readonly type?: "text" | "url" | "password";
  readonly inputMode?: "url" | "decimal";
  readonly placeholder?: string | undefined;
  /** Stands right of the input, such as a button or a unit. */
  readonly beside?: ComponentChildren;
  readonly narrow?: boolean;
  /** A word for machines: a phone neither begins it with a capital nor corrects it. */
  readonly isKey?: boolean;
  /** An address that tells what to write here for what stands in the form's `name`; a script asks it. */
  readonly suggested?: string;
  /** Stands below: what a button beside it found out. */
  readonly children?: ComponentChildren;
}

/** One line of text. */
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

/** Several lines of text. */
export function TextArea(
  props: FieldProps & { readonly rows: number; readonly placeholder?: string },
) {
  const { name, value, rows, lang, placeholder } = props;
  return (
    <div class="field" id={`field-${name}`}>
      <FieldLabel {...props} />
      <textarea
        id={name}
        name={name}
        rows={rows}
        lang={lang}
        placeholder={placeholder}
        {...described(props)}
      >
        {/* The first line break right after the tag would be lost (HTML, 13.1.2.5). */}
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

/** `182/1024`; the script keeps it true while somebody types. */
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

/** A fault as a sentence under its field. */
export function FaultLine({ id, fault }: { readonly id?: string; readonly fault: string }) {
  return (
    <p class="fault" id={id}>
      <span aria-hidden="true">⚠</span> {fault}
    </p>
  );
}

/** What is odd about a field, and no fault. */
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
