// The calls that make deals: into «Неразобранное» by a form, and straight into a status.

import { type AmoCall, selfLink, success } from "./amocrm_call.ts";
import { complexItem, type Item, pipelineOf, readItems, unsortedItem } from "./amocrm_bodies.ts";
import { contactName } from "./amocrm_contacts.ts";
import type { AmoContact, AmoData, AmoDeal, AmoForm } from "./amocrm_data.ts";
import { type AmoAnswer, invalidBody } from "./amocrm_faults.ts";
import { byField } from "./amocrm_fields.ts";

type UnsortedItem = Item<typeof unsortedItem>;
type ComplexItem = Item<typeof complexItem>;
type GivenContact = NonNullable<NonNullable<ComplexItem["_embedded"]>["contacts"]>[number];
type GivenTag = NonNullable<NonNullable<ComplexItem["_embedded"]>["tags"]>[number];

/** `POST leads/unsorted/forms`: each item becomes a deal in «Неразобранное». */
export function addUnsorted(call: AmoCall): AmoAnswer {
  const read = readItems(call.body, unsortedItem(call.data));
  if ("faulty" in read) return invalidBody(read.faulty);
  const unsorted = read.items.map((item, at) => {
    const deal = unsortedDeal(call, item);
    call.data.addDeal(deal);
    return {
      uid: uidOf(deal.id),
      account_id: call.accountId,
      request_id: deal.requestId ?? `${at}`,
      _links: selfLink(call, `leads/unsorted/${uidOf(deal.id)}`),
      _embedded: {
        leads: [linked(call, "leads", deal.id)],
        contacts: deal.contact ? [linked(call, "contacts", deal.contact.id)] : [],
        companies: [],
      },
    };
  });
  return success({
    _total_items: unsorted.length,
    _links: selfLink(call, "leads/unsorted/forms"),
    _embedded: { unsorted },
  });
}

/** `POST leads/complex`: each item becomes a deal in its status, or is merged into an old one. */
export function addComplex(call: AmoCall): AmoAnswer {
  const read = readItems(call.body, complexItem(call.data));
  if ("faulty" in read) return invalidBody(read.faulty);
  const { mergeIntoId } = call.data;
  return success(read.items.map((item, at) => {
    const request_id = [item.request_id ?? `${at}`];
    if (mergeIntoId !== null) {
      call.data.addMerge(mergeIntoId, item.request_id ?? null);
      const contact_id = call.data.dealOf(mergeIntoId)?.contact?.id ?? null;
      return { id: mergeIntoId, contact_id, company_id: null, request_id, merged: true };
    }
    const deal = complexDeal(call, item);
    call.data.addDeal(deal);
    const contact_id = deal.contact?.id ?? null;
    return { id: deal.id, contact_id, company_id: null, request_id, merged: false };
  }));
}

function unsortedDeal(call: AmoCall, item: UnsortedItem): AmoDeal {
  const { data, account, nowMs } = call;
  const lead = item._embedded?.leads?.[0];
  const pipeline = pipelineOf(data, item.pipeline_id);
  const id = data.newId("deal");
  return {
    id,
    account,
    entry: "unsorted",
    requestId: item.request_id ?? null,
    name: lead?.name || `Сделка #${id}`,
    pipelineId: pipeline?.id ?? 0,
    statusId: pipeline?.statuses.find(({ type }) => type === 1)?.id ?? 0,
    responsibleUserId: null,
    tags: tagNames(lead?._embedded?.tags),
    fields: byField(lead?.custom_fields_values ?? [], data.dealFields),
    contact: newContact(data, item._embedded?.contacts?.[0]),
    source: { uid: item.source_uid, name: item.source_name },
    form: formOf(item.metadata),
    atMs: nowMs,
  };
}

function complexDeal(call: AmoCall, item: ComplexItem): AmoDeal {
  const { data, account, nowMs } = call;
  const pipeline = pipelineOf(data, item.pipeline_id, item.status_id);
  const first = pipeline?.statuses.find(({ type }) => type === 0);
  const metadata = item._embedded?.metadata;
  const id = data.newId("deal");
  return {
    id,
    account,
    entry: "lead",
    requestId: item.request_id ?? null,
    name: item.name || `Сделка #${id}`,
    pipelineId: pipeline?.id ?? 0,
    statusId: item.status_id ?? first?.id ?? 0,
    responsibleUserId: item.responsible_user_id ?? null,
    tags: tagNames(item._embedded?.tags),
    fields: byField(item.custom_fields_values ?? [], data.dealFields),
    contact: newContact(data, item._embedded?.contacts?.[0]),
    source: null,
    form: metadata ? formOf(metadata) : null,
    atMs: nowMs,
  };
}

function newContact(data: AmoData, given: GivenContact | undefined): AmoContact | null {
  if (!given) return null;
  const id = data.newId("contact");
  const fields = byField(given.custom_fields_values ?? [], data.contactFields);
  return { id, name: contactName(given) ?? `Контакт #${id}`, fields };
}

function formOf(metadata: UnsortedItem["metadata"]): AmoForm {
  return {
    formId: metadata.form_id,
    formName: metadata.form_name,
    formPage: metadata.form_page,
    sentAtS: metadata.form_sent_at,
    referer: metadata.referer ?? null,
  };
}

/** A tag that comes with an id and a name makes two. */
function tagNames(tags: readonly GivenTag[] = []): string[] {
  return tags.flatMap(({ id, name = "" }) => id === undefined ? [name] : [name, name]);
}

function linked(call: AmoCall, kind: "leads" | "contacts", id: number) {
  return { id, _links: selfLink(call, `${kind}/${id}`) };
}

/** The uid of an entry of «Неразобранное»: 64 hexadecimal digits. */
function uidOf(dealId: number): string {
  return dealId.toString(16).padStart(64, "7a0c");
}
