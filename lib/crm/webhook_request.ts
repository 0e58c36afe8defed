// The POST of a lead to a webhook: plain, with a profile's settings, or with a preset's. Sends nothing.

import { isRecord } from "../foreign.ts";
import type { Lead } from "../lead.ts";
import type { PresetSettings, WebhookSettings } from "../profiles/crm.ts";
import { isHeaderText } from "../profiles/header_checks.ts";
import type { Webhook } from "../profiles/profile.ts";
import { missingSecret, secretNamesIn, withSecrets } from "../profiles/secret_reference.ts";
import { crmPayload } from "./payload.ts";
import type { DestinationContext, NoPost, PreparedPost } from "./prepared.ts";
import { PRESETS } from "./presets.ts";
import { signatureHeaders } from "./signing.ts";
import { fillBody, valuesOf } from "./template.ts";
import { PLAIN_JUDGE, webhookJudge } from "./webhook_judge.ts";

/** A lead as the plain JSON that a webhook without settings gets. */
export function plainPost(webhook: Webhook, lead: Lead): PreparedPost {
  return {
    url: webhook.url,
    headers: {},
    body: JSON.stringify(crmPayload(lead)),
    judge: PLAIN_JUDGE,
  };
}

/** A lead for a preset. */
export function presetPost(
  kind: PresetSettings["kind"],
  webhook: Webhook,
  lead: Lead,
  { nowMs }: DestinationContext,
): PreparedPost | NoPost {
  const { settings, phoneFields, urlOf, rulesOf } = PRESETS[kind];
  const url = webhook.fault === null ? urlOf(webhook.url) : null;
  if (url === null) return { fault: `адрес вебхука: ${webhook.fault ?? "не того вида"}` };
  const body = lead.phone === null ? settings.body : withFields(settings.body, phoneFields);
  return {
    url,
    headers: {},
    body: JSON.stringify(fillBody(body, valuesOf(lead))),
    judge: webhookJudge({ ...settings, ...rulesOf(webhook.url) }, nowMs),
  };
}

function withFields(
  body: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const { fields } = body;
  return isRecord(fields) ? { ...body, fields: { ...fields, ...more } } : body;
}

/** A lead for a webhook with settings of its own. */
export function webhookPost(
  settings: WebhookSettings,
  webhook: Webhook,
  lead: Lead,
  context: DestinationContext,
): PreparedPost | NoPost {
  const own = headersOf(settings, context);
  if ("fault" in own) return own;
  const body = JSON.stringify(
    settings.body === null ? crmPayload(lead) : fillBody(settings.body, valuesOf(lead)),
  );
  const signed = signatureOf(settings, lead, body, context);
  if ("fault" in signed) return signed;
  return {
    url: webhook.url,
    headers: { ...own.headers, ...signed.headers },
    body,
    judge: webhookJudge(settings, context.nowMs),
  };
}

type Headers = { readonly headers: Readonly<Record<string, string>> };

function headersOf(settings: WebhookSettings, { secret }: DestinationContext): Headers | NoPost {
  const headers: [string, string][] = [];
  for (const [name, value] of settings.headers) {
    const filled = withSecrets(value, secret);
    if ("fault" in filled) return filled;
    if (!isHeaderText(filled.text)) {
      const names = secretNamesIn(value).join(", ");
      return {
        fault: `секрет ${names} не годится для заголовка ${name}: нужна одна строка латиницей`,
      };
    }
    headers.push([name, filled.text]);
  }
  return { headers: Object.fromEntries(headers) };
}

function signatureOf(
  { signingSecret }: WebhookSettings,
  lead: Lead,
  body: string,
  { secret, nowMs }: DestinationContext,
): Headers | NoPost {
  if (signingSecret === null) return { headers: {} };
  const key = secret(signingSecret);
  if (!key) return { fault: missingSecret(signingSecret) };
  const headers = signatureHeaders({ key, id: lead.id, nowMs, body });
  return headers === null
    ? {
      fault: `секрет ${signingSecret} не годится для подписи: нужен whsec_ и 24–64 байта в Base64`,
    }
    : { headers };
}
