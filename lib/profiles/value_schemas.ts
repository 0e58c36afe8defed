// Schemas of single values, which a profile and its `crm` are built from. Touches no file.

import * as v from "valibot";
import { isRecord } from "../foreign.ts";
import { describe } from "./faults.ts";

/** A blank text of any length has a fault of its own. */
export const atMost = (most: number) =>
  v.check<string, (issue: v.CheckIssue<string>) => string>(
    (value) => value.trim() === "" || value.length <= most,
    (issue) => `символов ${issue.input.length}, нужно не больше ${most}`,
  );

/** A text that shows something. */
export const text = (most: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.trim() !== "", `пусто, нужен текст от 1 до ${most} символов`),
    atMost(most),
  );

/** An object with any content; Valibot's own takes lists too. */
export const object = v.custom<Readonly<Record<string, unknown>>>(isRecord);

/**
 * An object with values of one kind under any key, as a map. Valibot's own record takes lists too, and
 * drops `constructor` and the like.
 */
export function dictionary<T extends v.GenericSchema>(
  schema: T,
  keyFault: (key: string) => string | null = () => null,
) {
  return v.pipe(
    object,
    v.rawTransform(({ dataset, addIssue }) => {
      const map = new Map<string, v.InferOutput<T>>();
      for (const [key, value] of Object.entries(dataset.value)) {
        const here: v.ObjectPathItem = {
          type: "object",
          origin: "value",
          input: dataset.value,
          key,
          value,
        };
        const fault = keyFault(key);
        if (fault !== null) addIssue({ message: fault, path: [here] });
        const result = v.safeParse(schema, value, { message: describe });
        if (result.success) map.set(key, result.output);
        for (const { message, path } of result.issues ?? []) {
          addIssue({ message, path: [here, ...path ?? []] });
        }
      }
      return map;
    }),
  );
}
