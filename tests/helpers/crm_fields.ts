// The fields of where leads go, as a browser posts them.

import { crmForm } from "../../lib/profiles/crm_form.ts";
import { valueAt } from "../../lib/json/text.ts";
import { type PageOfTest, profileFields } from "./a_page.ts";

/** All fields of a profile's form as opened, the section of where leads go among them. */
export function fieldsWithCrm(page: PageOfTest, key: string): Record<string, string | string[]> {
  const { kind, addresses, amocrm, webhook } = crmForm(valueAt(page.store.content(), key));
  return {
    ...profileFields(page, key),
    crm: kind,
    webhook_url: addresses.webhook,
    bitrix24_url: addresses.bitrix24,
    google_sheets_url: addresses.google_sheets,
    amo_account: amocrm.account,
    amo_token: "",
    amo_entry: amocrm.entry,
    amo_pipeline: amocrm.pipeline,
    amo_stage: amocrm.stage,
    amo_responsible: amocrm.responsible,
    amo_tags: amocrm.tags,
    amo_fields: amocrm.fields,
    webhook_body: webhook.body,
    webhook_headers: webhook.headers,
    webhook_accepted: webhook.accepted,
    webhook_redirect_hosts: webhook.redirectHosts,
    webhook_refused_by: webhook.refusedBy,
    webhook_signing: "",
  };
}
