// The `custom_fields_values` of a deal or a contact: its rule, and the values by field.

import type { AmoField, AmoFieldValues } from "./amocrm_data.ts";
import type { BodyFault } from "./amocrm_faults.ts";
import {
  checked,
  fieldMissing,
  list,
  object,
  type Rule,
  scalar,
  text,
  under,
  unknownChoice,
  whole,
} from "./amocrm_rules.ts";

/** One field as a body has it. */
export interface GivenField {
  readonly field_id?: number;
  readonly field_code?: string;
  readonly values: readonly GivenValue[];
}

interface GivenValue {
  readonly value: string | number | boolean;
  readonly enum_id?: number;
  readonly enum_code?: string;
}

const MAX_VALUES = 40;

/** Takes fields that the account has, each with values of its type; 40 values in all. */
export function fieldValues(fields: readonly AmoField[]): Rule<readonly GivenField[]> {
  const value = object({ value: scalar }, { enum_id: whole(1), enum_code: text({ least: 1 }) });
  const field = object(
    { values: list(value, { least: 1 }) },
    { field_id: whole(1), field_code: text({ least: 1 }) },
  );
  return checked(list(field), (given, path, faults) => {
    if (given.reduce((sum, { values }) => sum + values.length, 0) > MAX_VALUES) {
      const detail = `This collection should contain ${MAX_VALUES} elements or less.`;
      faults.push({ code: "TooMany", path, detail });
    }
    for (const [at, each] of given.entries()) {
      checkField(each, fields, under(path, `${at}`), faults);
    }
  });
}

/** The values by the field's code or, without one, by its id; later ones replace. */
export function byField(
  given: readonly GivenField[],
  fields: readonly AmoField[],
): AmoFieldValues {
  return Object.fromEntries(given.map((each) => [
    fieldOf(each, fields)?.code ?? String(each.field_id),
    each.values.map(({ value }) => value),
  ]));
}

function fieldOf(
  { field_id, field_code }: GivenField,
  fields: readonly AmoField[],
): AmoField | undefined {
  return fields.find(({ id, code }) =>
    (field_id === undefined || field_id === id) &&
    (field_code === undefined || field_code === code)
  );
}

function checkField(
  given: GivenField,
  fields: readonly AmoField[],
  path: string,
  faults: BodyFault[],
): void {
  if (given.field_id === undefined && given.field_code === undefined) {
    faults.push(fieldMissing(under(path, "field_id")));
    return;
  }
  const field = fieldOf(given, fields);
  if (!field) {
    const key = given.field_id === undefined ? "field_code" : "field_id";
    faults.push(unknownChoice(under(path, key)));
    return;
  }
  for (const [at, each] of given.values.entries()) {
    checkValue(each, field, under(path, `values.${at}`), faults);
  }
}

function checkValue(
  { value, enum_id, enum_code }: GivenValue,
  { type, enumCodes = [] }: AmoField,
  path: string,
  faults: BodyFault[],
): void {
  const wanted = { numeric: "number", checkbox: "boolean" }[String(type)] ?? "string";
  // A number may come as a text of digits; a text never as a number.
  const isNumber = type === "numeric" && typeof value === "string" && value.trim() !== "" &&
    Number.isFinite(Number(value));
  if (typeof value !== wanted && !isNumber) {
    const detail = `This value should be of type ${wanted}.`;
    faults.push({ code: "InvalidType", path: under(path, "value"), detail });
  }
  if (type !== "multitext") {
    for (const [key, each] of Object.entries({ enum_id, enum_code })) {
      if (each === undefined) continue;
      const detail = "This field was not expected.";
      faults.push({ code: "FieldNotExpected", path: under(path, key), detail });
    }
  } else if (enum_id !== undefined) {
    faults.push(unknownChoice(under(path, "enum_id")));
  } else if (enum_code !== undefined && !enumCodes.includes(enum_code)) {
    faults.push(unknownChoice(under(path, "enum_code")));
  }
}
