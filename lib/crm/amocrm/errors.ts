// What amoCRM says in a refusal, in a line: its fields with faults, its title and detail, or a page's title.

import { jsonOf, memberOf, withoutMarkup } from "../answer_words.ts";

const MOST_FAULTS = 5;
const MAX_PATH_CHARACTERS = 200;

/** The reason of a refusal, uncut; the answer itself where it says nothing known. */
export function reasonOf(
  { status, text }: { readonly status: number; readonly text: string },
): string {
  const json = jsonOf(text);
  const faults = status === 400 ? faultsIn(json) : [];
  if (faults.length > 0) return faults.join("; ");
  const said = [memberOf(json, "title"), memberOf(json, "detail"), memberOf(json, "hint")]
    .filter((each) => typeof each === "string" && each.trim() !== "")
    .map((each) => String(each).trim());
  if (said.length > 0) return [...new Set(said)].join(": ");
  return withoutMarkup(text) || "без пояснения";
}

/** «поле pipeline_id: …» for each fault of the body that amoCRM names. */
function faultsIn(json: unknown): string[] {
  const validation = memberOf(json, "validation-errors");
  if (!Array.isArray(validation)) return [];
  const faults = validation.slice(0, MOST_FAULTS).flatMap((each) => {
    const errors = memberOf(each, "errors");
    return Array.isArray(errors) ? errors.slice(0, MOST_FAULTS) : [];
  });
  const lines = faults.flatMap((each) => {
    const detail = memberOf(each, "detail") ?? memberOf(each, "code");
    return typeof detail === "string" ? [lineOf(memberOf(each, "path"), detail.trim())] : [];
  });
  return [...new Set(lines)].slice(0, MOST_FAULTS);
}

function lineOf(path: unknown, detail: string): string {
  const field = typeof path === "string" ? fieldOf(path) : undefined;
  return field === undefined ? detail : `поле ${field}: ${detail}`;
}

/** Parts of a path that name no field. */
const STRUCTURE = new Set(["_embedded", "values", "value", ""]);

/** The last part of `0._embedded.leads.0.custom_fields_values.1.values` that names a field. */
function fieldOf(path: string): string | undefined {
  const parts = path.slice(0, MAX_PATH_CHARACTERS).split(".");
  return parts.findLast((each) => !STRUCTURE.has(each) && !/^\d+$/.test(each));
}
