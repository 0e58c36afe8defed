// The keys of a profile's form: which secret each is, what may be told of it, and keeping what was typed.

import type { OtherToken, SecretView, SecretViews } from "../lib/page/secrets.ts";
import type { State } from "../lib/page/state.ts";
import { newSecretName, secretReference } from "../lib/profiles/crm_edits.ts";
import { type CrmForm, crmForm } from "../lib/profiles/crm_form.ts";
import type { ProfileForm } from "../lib/profiles/edits.ts";
import { isLiteralKey } from "../lib/profiles/header_checks.ts";
import { secretNamesIn } from "../lib/profiles/secret_reference.ts";
import { valueAt } from "../lib/json/text.ts";
import { readTypedKeys } from "./crm_form.ts";

/** The form with the names of its secrets; keys that were typed wait to be saved, unless they are still being typed. */
export function withSecrets(
  state: State,
  key: string,
  form: ProfileForm,
  typedKeys: "keep" | "forget" = "keep",
): ProfileForm {
  if (form.crm === undefined) return form;
  const typed = readTypedKeys(state.form);
  const saved = crmForm(valueAt(state.deps.profiles.content(), key));
  const others = otherTokens(state, key).map(({ name }) => name);
  const amo = freeName(state, key, "amo");
  const hook = freeName(state, key, "hook");
  const isTyped = typed.token !== "" || waiting(state, key, amo) !== undefined;
  const token = saved.amocrm.tokenSecret || (typed.token !== "" ? amo : "") ||
    others.find((each) => each === typed.sameToken) || (isTyped ? amo : "");
  const signing = typed.isSigningOff ? "" : saved.webhook.signingSecret ||
    (typed.signing !== "" || waiting(state, key, hook) !== undefined ? hook : "");
  const { headers, keys } = withoutKeys(state, key, form.crm.webhook.headers);
  const crm: CrmForm = {
    ...form.crm,
    amocrm: { ...form.crm.amocrm, tokenSecret: token },
    webhook: { ...form.crm.webhook, headers, signingSecret: signing },
  };
  if (typedKeys === "keep" && !state.isFormStale) {
    keepTyped(state, key, token, typed.token);
    keepTyped(state, key, signing, typed.signing);
    for (const name of secretNamesIn(crm.webhook.headers)) {
      keepTyped(state, key, name, keys.get(name) ?? typed.headers.get(name) ?? "");
    }
  }
  return { ...form, crm };
}

/** A form filled from the file, where keys in the headers of the file itself are not shown either. */
export function withoutFileKeys(state: State, key: string, form: ProfileForm): ProfileForm {
  const { crm } = form;
  if (crm === undefined) return form;
  const { headers, keys } = withoutKeys(state, key, crm.webhook.headers);
  for (const [name, value] of keys) keepTyped(state, key, name, value);
  return { ...form, crm: { ...crm, webhook: { ...crm.webhook, headers } } };
}

/** The headers with references in place of keys that were typed among them, and those keys by their new names. */
function withoutKeys(
  state: State,
  key: string,
  headers: string,
): { readonly headers: string; readonly keys: ReadonlyMap<string, string> } {
  const keys = new Map<string, string>();
  const isTaken = (name: string) =>
    keys.has(name) || headers.includes(secretReference(name)) || isNameTaken(state, key, name);
  const lines = headers.split("\n").map((line) => {
    const at = line.indexOf(":");
    const [name, value] = [line.slice(0, Math.max(at, 0)).trim(), line.slice(at + 1).trim()];
    if (!isLiteralKey(name, value)) return line;
    const [scheme = ""] = /^(?:Basic|Bearer|OAuth|Token) +/i.exec(value) ?? [];
    const secret = newSecretName("crm_key", key, isTaken);
    keys.set(secret, value.slice(scheme.length));
    return `${name}: ${scheme}${secretReference(secret)}`;
  });
  return { headers: lines.join("\n"), keys };
}

/** Keys that were saved before the file that needs them. */
export interface SavedKeys {
  /** The file is saved too: the form waits for none of them any more. */
  keep(): void;
  /** The file is not: keys that were replaced are as before, and what was typed waits in the form. @throws {StorageError} */
  undo(): Promise<void>;
}

/** Saves the keys that wait, for the chosen kind's secrets; all of them or none. @throws {StorageError} */
export async function saveKeys(
  state: State,
  key: string,
  { crm }: Pick<ProfileForm, "crm">,
): Promise<SavedKeys> {
  const { deps: { secrets }, session: { openedBy }, typedSecrets } = state;
  const saved: string[] = [];
  const replaced: (() => Promise<void>)[] = [];
  const undo = async () => {
    for (const each of replaced.splice(0)) await each();
  };
  for (const name of crm === undefined ? [] : secretsOf(crm)) {
    const value = waiting(state, key, name);
    if (value === undefined) continue;
    const [known, before] = [secrets.find(name), secrets.value(name)];
    try {
      await secrets.keep(name, value, openedBy);
    } catch (error) {
      await undo();
      throw error;
    }
    saved.push(name);
    if (known?.kind === "kept" && before !== undefined && before !== value) {
      replaced.push(() => secrets.keep(name, before, openedBy, known.savedAtMs));
    }
  }
  return {
    keep: () => saved.forEach((name) => typedSecrets.forget(placeOf(state, key, name))),
    undo,
  };
}

/** The value of a secret of the form, typed or known, for a request to the CRM. */
export function secretValue(state: State, key: string, name: string): string | undefined {
  const { secrets } = state.deps;
  const isFixed = secrets.find(name)?.kind === "environment";
  return (isFixed ? undefined : waiting(state, key, name)) ?? secrets.value(name);
}

/** Removes a secret of the saved form at once; false when the form has no such secret. */
export async function removeSecret(state: State, key: string, name: string): Promise<boolean> {
  const saved = crmForm(valueAt(state.deps.profiles.content(), key));
  if (!secretsOf(saved).includes(name)) return false;
  await state.deps.secrets.remove(name);
  state.typedSecrets.forget(placeOf(state, key, name));
  return true;
}

export function secretViews(state: State, key: string, crm: CrmForm): SecretViews {
  const view = (name: string) => secretView(state, key, name);
  return {
    token: view(crm.amocrm.tokenSecret),
    signing: view(crm.webhook.signingSecret),
    headers: secretNamesIn(crm.webhook.headers).map(view),
    otherTokens: otherTokens(state, key),
  };
}

function secretView(state: State, key: string, name: string): SecretView {
  if (name === "") return { name, known: undefined, sharedBy: [] };
  const known = state.deps.secrets.find(name);
  const typed = known?.kind === "environment" ? undefined : waiting(state, key, name);
  return {
    name,
    known: typed === undefined ? known : { kind: "typed", ending: endingOf(typed) },
    sharedBy: othersWith(state, key, name),
  };
}

/** The names of the secrets that the chosen kind uses. */
function secretsOf({ kind, amocrm, webhook }: CrmForm): string[] {
  switch (kind) {
    case "amocrm":
      return [amocrm.tokenSecret].filter((each) => each !== "");
    case "webhook":
      return [webhook.signingSecret, ...secretNamesIn(webhook.headers)]
        .filter((each) => each !== "");
    default:
      return [];
  }
}

function otherTokens(state: State, key: string): OtherToken[] {
  const { deps: { profiles, secrets } } = state;
  if (crmForm(valueAt(profiles.content(), key)).amocrm.tokenSecret !== "") return [];
  const { byKey } = profiles.current();
  const endings = new Map(secrets.kept().map(({ name, ending }) => [name, ending]));
  const used = new Map<string, OtherToken>();
  for (const [other, { value }] of profiles.content().members) {
    const { kind, amocrm: { tokenSecret: name } } = crmForm(value);
    const profile = byKey.get(other)?.name ?? other;
    if (other === key || kind !== "amocrm" || secrets.find(name) === undefined) continue;
    if (used.has(name)) continue;
    used.set(name, { name, profile, ending: endings.get(name) ?? "" });
  }
  const environment = secrets.find("amo");
  if (environment?.kind === "environment" && !used.has("amo")) {
    used.set("amo", { name: "amo", profile: null, ending: "", variable: environment.variable });
  }
  for (const [name, ending] of endings) {
    const isLeft = /^amo(_|$)/.test(name) && !used.has(name) &&
      !profiles.text().includes(secretReference(name));
    if (isLeft) used.set(name, { name, profile: null, ending });
  }
  return [...used.values()];
}

function othersWith(state: State, key: string, name: string): string[] {
  const { byKey } = state.deps.profiles.current();
  return [...state.deps.profiles.content().members]
    .filter(([other, { text }]) => other !== key && text.includes(secretReference(name)))
    .map(([other]) => byKey.get(other)?.name ?? other);
}

function freeName(state: State, key: string, base: string): string {
  return newSecretName(base, key, (name) => isNameTaken(state, key, name));
}

function isNameTaken(state: State, key: string, name: string): boolean {
  return state.deps.secrets.find(name) !== undefined || othersWith(state, key, name).length > 0;
}

function keepTyped(state: State, key: string, name: string, value: string): void {
  if (name === "" || value === "") return;
  state.deps.secrets.hide(value);
  state.typedSecrets.keep(placeOf(state, key, name), value);
}

function waiting(state: State, key: string, name: string): string | undefined {
  return state.typedSecrets.find(placeOf(state, key, name));
}

function placeOf({ session, formId }: State, profile: string, name: string) {
  return { session: session.number, form: formId, profile, name };
}

/** As the journal tells of those it keeps: a short key's end would give it away. */
function endingOf(value: string): string {
  const characters = [...value];
  return characters.length < 12 ? "" : `…${characters.slice(-4).join("")}`;
}
