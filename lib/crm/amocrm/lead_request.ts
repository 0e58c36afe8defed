// The POST that makes a deal with its contact in amoCRM. Sends nothing.

import type { Lead } from "../../lead.ts";
import type { AmoCrmSettings } from "../../profiles/crm.ts";
import { contact, fullName } from "../../visitor_name.ts";
import { dealName, SOURCE } from "../payload.ts";
import type { DestinationContext, NoPost, PreparedPost } from "../prepared.ts";
import { fillText, valuesOf } from "../template.ts";
import { amoCrmJudge } from "./answer.ts";
import { apiCall } from "./api.ts";

/** The POST of a lead to its account. */
export function amoCrmPost(
  settings: AmoCrmSettings,
  lead: Lead,
  context: DestinationContext,
): PreparedPost | NoPost {
  const isUnsorted = settings.entry === "unsorted";
  const call = apiCall(settings, isUnsorted ? "leads/unsorted/forms" : "leads/complex", context);
  if ("fault" in call) return call;
  const parts = partsOf(settings, lead, context.botUsername);
  return {
    ...call,
    isUrlPublic: true,
    body: JSON.stringify([isUnsorted ? unsorted(parts) : complex(parts)]),
    judge: amoCrmJudge(settings, context.nowMs),
  };
}

interface Parts {
  readonly settings: AmoCrmSettings;
  readonly lead: Lead;
  readonly leadFields: readonly Field[];
  readonly contactFields: readonly Field[];
  readonly sentAt: number;
  /** The bot's link, and the profile's; Telegram's site while the bot's username is not known. */
  readonly bot: string;
  readonly page: string;
}

function partsOf(settings: AmoCrmSettings, lead: Lead, botUsername: string | undefined): Parts {
  const fields = fieldsOf(settings, lead);
  return {
    settings,
    lead,
    leadFields: fields.filter(({ isContact }) => !isContact).map(({ field }) => field),
    contactFields: fields.filter(({ isContact }) => isContact).map(({ field }) => field),
    sentAt: Math.floor(lead.receivedAtMs / 1000),
    bot: `https://t.me/${botUsername ?? ""}`,
    page: botUsername === undefined
      ? "https://t.me/"
      : `https://t.me/${botUsername}?start=${lead.profile}`,
  };
}

/** A lead that a person accepts in «Неразобранное». */
function unsorted({ settings, lead, leadFields, contactFields, sentAt, bot, page }: Parts): object {
  return {
    request_id: lead.id,
    source_uid: lead.id,
    source_name: SOURCE,
    ...present("pipeline_id", settings.pipelineId),
    created_at: sentAt,
    metadata: { ...formOf(lead, sentAt, page), referer: bot },
    _embedded: {
      leads: [{
        name: cut(dealName(lead)),
        ...filled("custom_fields_values", leadFields),
        ...filled("_embedded", filled("tags", tagsOf(settings))),
      }],
      contacts: [{
        name: contactName(lead),
        ...filled("custom_fields_values", contactFields),
      }],
    },
  };
}

/** A deal that goes straight into a status of a pipeline. */
function complex({ settings, lead, leadFields, contactFields, sentAt, page }: Parts): object {
  return {
    request_id: lead.id,
    name: cut(dealName(lead)),
    ...present("pipeline_id", settings.pipelineId),
    ...present("status_id", settings.statusId),
    ...present("responsible_user_id", settings.responsibleUserId),
    ...filled("custom_fields_values", leadFields),
    _embedded: {
      ...filled("tags", tagsOf(settings)),
      contacts: [{
        first_name: contactName(lead),
        ...filled("custom_fields_values", contactFields),
      }],
      metadata: { category: "forms", ...formOf(lead, sentAt, page) },
    },
  };
}

function formOf(lead: Lead, sentAt: number, page: string): object {
  return {
    form_id: lead.profile,
    form_name: cut(lead.profileName),
    form_page: page,
    form_sent_at: sentAt,
  };
}

/** By name alone: amoCRM doubles a tag that is sent with its id. */
function tagsOf({ tags }: AmoCrmSettings): object[] {
  return tags.map((name) => ({ name }));
}

/** «Galliard (@betterrman)». */
function contactName({ visitor }: Lead): string {
  const name = fullName(visitor);
  const isNamed = visitor.username !== null && name !== contact(visitor);
  return cut(isNamed ? `${name} (${contact(visitor)})` : name);
}

type Field =
  & ({ readonly field_id: number } | { readonly field_code: string })
  & { readonly values: readonly object[] };

/** amoCRM's own fields of a contact; every other field is the deal's. */
const CONTACT_CODES = new Set(["PHONE", "EMAIL"]);

interface Filled {
  readonly isContact: boolean;
  readonly field: Field;
}

/** What amoCRM has fields of its own for goes there, unless the profile says what stands in them. */
const DEFAULT_FIELDS = [["UTM_SOURCE", "{source}"], ["PHONE", "{phone}"]] as const;

function withDefaults({ fields }: AmoCrmSettings): [key: string, template: string][] {
  const given = new Set([...fields.keys()].map((key) => key.toUpperCase()));
  const defaults = DEFAULT_FIELDS.filter(([key]) => !given.has(key));
  return [...fields, ...defaults.map(([key, template]): [string, string] => [key, template])];
}

function fieldsOf(settings: AmoCrmSettings, lead: Lead): Filled[] {
  const values = valuesOf(lead);
  return withDefaults(settings).flatMap(([key, template]): Filled[] => {
    const value = fillText(template, values)?.trim() ?? "";
    if (value === "") return [];
    if (/^\d+$/.test(key)) {
      return [{ isContact: false, field: { field_id: Number(key), values: [{ value }] } }];
    }
    const isContact = CONTACT_CODES.has(key.toUpperCase());
    const entry = isContact ? { value, enum_code: "WORK" } : { value };
    return [{ isContact, field: { field_code: key, values: [entry] } }];
  });
}

function present(key: string, value: number | null): object {
  return value === null ? {} : { [key]: value };
}

/** Leaves out a list or object without content. */
function filled(key: string, value: object): object {
  return Object.keys(value).length === 0 ? {} : { [key]: value };
}

/** amoCRM takes names of at most 255 characters. */
const MAX_NAME_CHARACTERS = 255;

/** An emoji is not cut in half. */
function cut(name: string): string {
  if (name.length <= MAX_NAME_CHARACTERS) return name;
  const begin = name.slice(0, MAX_NAME_CHARACTERS);
  return begin.isWellFormed() ? begin : begin.slice(0, -1);
}
