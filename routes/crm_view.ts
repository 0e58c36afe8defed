// What the section of where leads go shows of a form, and its test of a CRM.

import { day } from "./components/time.ts";
import type { OutgoingView } from "./components/crm/outgoing_preview.tsx";
import { sampleLead } from "./components/preview.tsx";
import type { CrmView, TokenView } from "./components/crm/crm_view.ts";
import { secretValue, secretViews } from "./crm_secrets.ts";
import { outgoing } from "../lib/crm/outgoing.ts";
import { readToken } from "../lib/crm/amocrm/token.ts";
import type { State } from "../lib/page/state.ts";
import { daysAfter } from "../lib/calendar.ts";
import { draftProfile } from "../lib/profiles/draft.ts";
import { choiceText } from "../lib/profiles/profile.ts";
import { crmForm } from "../lib/profiles/crm_form.ts";
import type { ProfileForm } from "../lib/profiles/edits.ts";
import { PLACEHOLDERS } from "../lib/profiles/placeholders.ts";

/** The section of a form. */
export function crmView(state: State, key: string, form: ProfileForm): CrmView {
  const crm = form.crm ?? { ...crmForm({ webhook_url: form.webhookUrl }), kind: "webhook" };
  return {
    form: crm,
    secrets: secretViews(state, key, crm),
    lists: state.knownAccounts.find(crm.amocrm.account),
    token: tokenView(state, key, crm.amocrm.tokenSecret),
    placeholders: PLACEHOLDERS,
  };
}

/** What leaves for the CRM, by the example of the profile's last lead. */
export async function outgoingView(
  state: State,
  key: string,
  form: ProfileForm,
): Promise<OutgoingView> {
  const { deps } = state;
  const profile = draftProfile(key, withSomeToken(form));
  const filter = { place: null, profile: key, fromMs: null, toMs: null, words: "" };
  const [last] = (await deps.journal.listLeads(filter, { before: Infinity }, 1)).leads;
  const [button] = profile.buttons;
  const invented = sampleLead(profile, button === undefined ? "" : choiceText(profile, button));
  const lead = { ...last ?? { ...invented, receivedAtMs: deps.now() }, profileName: profile.name };
  const context = { botUsername: deps.botUsername(), nowMs: deps.now() };
  return { what: outgoing(profile, lead, context), isInvented: last === undefined };
}

/** Before a token is typed, its secret has no name. */
function withSomeToken(form: ProfileForm): ProfileForm {
  if (form.crm?.amocrm.tokenSecret !== "") return form;
  return { ...form, crm: { ...form.crm, amocrm: { ...form.crm.amocrm, tokenSecret: "token" } } };
}

/** Asks amoCRM for the account of a form; creates nothing there. */
export async function lookAt(
  state: State,
  key: string,
  form: ProfileForm,
): Promise<NonNullable<CrmView["look"]>> {
  const { account = "", tokenSecret = "" } = form.crm?.amocrm ?? {};
  const token = tokenSecret === "" ? undefined : secretValue(state, key, tokenSecret);
  if (account === "" || token === undefined) return { kind: "nothing" };
  const look = await state.deps.amocrm.look({ account, token });
  if (look.kind === "ok") state.knownAccounts.remember(account, look);
  return look;
}

function tokenView(state: State, key: string, name: string): TokenView | undefined {
  const value = name === "" ? undefined : secretValue(state, key, name);
  if (value === undefined) return undefined;
  const read = readToken(value);
  if ("fault" in read) return { kind: "odd" };
  return read.endsAtMs === null ? undefined : ending(state, read.endsAtMs);
}

function ending({ deps, language }: State, atMs: number): TokenView {
  const { timeZone } = deps.config;
  const [end, today] = [atMs, deps.now()].map((each) => dateOf(each, timeZone));
  if (end === undefined || today === undefined) return { kind: "odd" };
  const year = end.year === today.year ? "" : ` ${end.year}`;
  const days = atMs < deps.now() ? -1 : daysAfter(end.toString(), today.toString());
  return { kind: "ends", atMs, days, date: day(end, language) + year };
}

function dateOf(atMs: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate();
}
