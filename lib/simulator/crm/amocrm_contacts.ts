// The calls that follow a deal: its notes, and changes of its contact.

import { type AmoCall, selfLink, success } from "./amocrm_call.ts";
import { contactRule, type Item, noteItem, readItems } from "./amocrm_bodies.ts";
import type { AmoNote } from "./amocrm_data.ts";
import { type AmoAnswer, invalidBody, problem } from "./amocrm_faults.ts";
import { byField } from "./amocrm_fields.ts";

/** `POST leads/{id}/notes`: each item becomes a note, also when it came before. */
export function addNotes(call: AmoCall): AmoAnswer {
  const { data, id: dealId, nowMs } = call;
  if (!data.hasDeal(dealId)) return problem(404, "Entity not found");
  const read = readItems(call.body, noteItem(data));
  if ("faulty" in read) return invalidBody(read.faulty);
  const notes = read.items.map(({ request_id, params: { text } }, at) => {
    const requestId = request_id ?? null;
    const note: AmoNote = { id: data.newId("note"), dealId, requestId, text, atMs: nowMs };
    data.notes.add(note);
    return {
      id: note.id,
      entity_id: dealId,
      request_id: requestId ?? `${at}`,
      _links: selfLink(call, `leads/${dealId}/notes/${note.id}`),
    };
  });
  return success({ _links: selfLink(call, `leads/${dealId}/notes`), _embedded: { notes } });
}

/** `PATCH contacts/{id}`: a field that is given replaces what it had. */
export function changeContact(call: AmoCall): AmoAnswer {
  const { data, id, nowMs } = call;
  const contact = data.contacts.get(id);
  if (!contact) return problem(404, "Entity not found");
  const read = readItems([call.body], contactRule(data));
  if ("faulty" in read) return invalidBody(read.faulty);
  for (const item of read.items) {
    const fields = byField(item.custom_fields_values ?? [], data.contactFields);
    data.contacts.set(id, {
      id,
      name: contactName(item) ?? contact.name,
      fields: { ...contact.fields, ...fields },
    });
  }
  const updated_at = Math.floor(nowMs / 1000);
  return success({ id, updated_at, _links: selfLink(call, `contacts/${id}`) });
}

/** The name, or first and last name together; undefined when there is neither. */
export function contactName(
  { name, first_name, last_name }: Item<typeof contactRule>,
): string | undefined {
  return name || [first_name, last_name].filter(Boolean).join(" ") || undefined;
}
