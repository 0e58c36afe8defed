// The bodies of amoCRM's calls that make something, each as a rule for one item, and how a list of items is read.

import { isRecord } from "../../foreign.ts";
import { type AmoData, type AmoPipeline, WON_STATUS_ID } from "./amocrm_data.ts";
import type { BodyFault, ItemFaults } from "./amocrm_faults.ts";
import { fieldValues } from "./amocrm_fields.ts";
import {
  checked,
  INVALID,
  known,
  list,
  object,
  type Rule,
  text,
  unknownChoice,
  whole,
} from "./amocrm_rules.ts";

/** What one item of a body says, once it is read. */
export type Item<R> = R extends (data: AmoData) => Rule<infer T> ? T : never;

const MAX_ITEMS = 50;
/** A moment in whole seconds: from 2000 to 2100, so that milliseconds are none. */
const moment = whole(946_684_800, 4_102_444_800);
const name = text({ most: 255 });
const needed = text({ least: 1, most: 255 });
const address = text({ least: 1, most: 2048 });
const tags = list(
  checked(object({}, { id: whole(1), name: needed }), (tag, path, faults) => {
    // No tag has an id here: with a name it makes a second tag, alone it is unknown.
    if (tag.name === undefined) faults.push(unknownChoice(path));
  }),
);
const form = { form_id: needed, form_name: needed, form_page: address, form_sent_at: moment };
const formMore = { referer: address, ip: text({ least: 1, most: 45 }) };

/** One item of `leads/unsorted/forms`: `metadata` stands beside `_embedded`. */
export function unsortedItem(data: AmoData) {
  const lead = object({}, {
    name,
    price: whole(),
    visitor_uid: needed,
    custom_fields_values: fieldValues(data.dealFields),
    _embedded: object({}, { tags }),
  });
  return object({ source_uid: needed, source_name: needed, metadata: object(form, formMore) }, {
    request_id: needed,
    created_at: moment,
    pipeline_id: pipelineId(data),
    _embedded: object({}, {
      leads: list(lead, { most: 1 }),
      contacts: list(contactRule(data), { most: 1 }),
    }),
  });
}

/** One item of `leads/complex`: `metadata` stands within `_embedded`. */
export function complexItem(data: AmoData) {
  const metadata = object(
    { category: known(needed, (category) => category === "forms"), ...form },
    formMore,
  );
  const item = object({}, {
    request_id: needed,
    name,
    price: whole(),
    pipeline_id: pipelineId(data),
    status_id: whole(1),
    responsible_user_id: userId(data),
    created_by: whole(),
    updated_by: whole(),
    created_at: moment,
    updated_at: moment,
    visitor_uid: needed,
    custom_fields_values: fieldValues(data.dealFields),
    _embedded: object({}, { tags, contacts: list(contactRule(data), { most: 1 }), metadata }),
  });
  return checked(item, ({ pipeline_id, status_id }, _path, faults) => {
    if (status_id === undefined) return;
    const statuses = pipelineOf(data, pipeline_id, status_id)?.statuses ?? [];
    // Only a form brings a deal into «Неразобранное».
    const isThere = statuses.some(({ id, type }) => id === status_id && type !== 1);
    if (!isThere) faults.push(unknownChoice("status_id"));
  });
}

/** One item of `leads/{id}/notes`. */
export function noteItem(_data: AmoData) {
  return object({
    note_type: known(needed, (type) => type === "common"),
    params: object({ text: text({ least: 1 }) }, {}),
  }, { request_id: needed, created_by: whole(), responsible_user_id: whole(), created_at: moment });
}

/** The body of a change of a contact, which is no list. */
export function contactRule(data: AmoData) {
  return object({}, {
    name,
    first_name: name,
    last_name: name,
    responsible_user_id: userId(data),
    created_at: moment,
    updated_at: moment,
    custom_fields_values: fieldValues(data.contactFields),
  });
}

/** The pipeline that is named, else the one of the status, else the main one. */
export function pipelineOf(
  { pipelines }: AmoData,
  pipelineId?: number,
  statusId?: number,
): AmoPipeline | undefined {
  if (pipelineId !== undefined) return pipelines.find(({ id }) => id === pipelineId);
  const main = pipelines.find(({ isMain }) => isMain) ?? pipelines[0];
  if (statusId === undefined || statusId === WON_STATUS_ID || statusId === WON_STATUS_ID + 1) {
    return main;
  }
  return pipelines.find(({ statuses }) => statuses.some(({ id }) => id === statusId));
}

/** The items of a body, or each faulty item's faults; a body that is no list has those of an empty item. */
export function readItems<T>(
  body: unknown,
  rule: Rule<T>,
): { items: T[] } | { faulty: ItemFaults[] } {
  if (!Array.isArray(body) || body.length === 0) {
    const errors = faultsOf({}, rule);
    const detail = "This value should be of type array.";
    const wrong: BodyFault = { code: "InvalidType", path: "", detail };
    return { faulty: [{ request_id: "0", errors: errors.length > 0 ? errors : [wrong] }] };
  }
  if (body.length > MAX_ITEMS) {
    const detail = `This collection should contain ${MAX_ITEMS} elements or less.`;
    return { faulty: [{ request_id: "0", errors: [{ code: "TooMany", path: "", detail }] }] };
  }
  const items: T[] = [];
  const faulty: ItemFaults[] = [];
  for (const [at, each] of body.entries()) {
    const errors: BodyFault[] = [];
    const item = rule(each, "", errors);
    if (item !== INVALID) items.push(item);
    else faulty.push({ request_id: requestIdOf(each) ?? `${at}`, errors });
  }
  return faulty.length > 0 ? { faulty } : { items };
}

function faultsOf<T>(value: unknown, rule: Rule<T>): BodyFault[] {
  const faults: BodyFault[] = [];
  rule(value, "", faults);
  return faults;
}

function requestIdOf(item: unknown): string | undefined {
  const id = isRecord(item) ? item["request_id"] : undefined;
  return typeof id === "string" ? id : undefined;
}

function pipelineId({ pipelines }: AmoData): Rule<number> {
  return known(whole(), (wanted) => pipelines.some(({ id }) => id === wanted));
}

/** 0 is the robot. */
function userId({ users }: AmoData): Rule<number> {
  return known(whole(), (wanted) => wanted === 0 || users.some(({ id }) => id === wanted));
}
