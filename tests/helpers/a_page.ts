// The config page for tests: a real profiles file, a journal in memory, a clock that the test moves.

import assert from "node:assert/strict";
import { type Auth, createAuth } from "../../lib/page/auth.ts";
import { createHealth } from "../../lib/app/health.ts";
import { valueAt } from "../../lib/json/text.ts";
import { createBlocking } from "../../lib/delivery/blocking.ts";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { profileForm, versionOf } from "../../lib/profiles/edits.ts";
import { createPhotoStore } from "../../lib/profiles/photos/store.ts";
import { statesOf } from "../../lib/profiles/shown_menu.ts";
import type { ProfileStore } from "../../lib/profiles/store.ts";
import { type KeptSecrets, openKeptSecrets } from "../../lib/crm/kept_secrets.ts";
import { createPageSecrets } from "../../lib/page/secrets.ts";
import { createApp, type Handler, type WebDeps } from "../../lib/page/app.ts";
import { NOON_MS } from "./a_lead.ts";
import { aLog, type LogOfTest } from "./a_log.ts";
import { createMeasures } from "../../lib/measures.ts";
import { openStore } from "./a_store.ts";
import { type Locales, someLocales } from "./a_profile.ts";

export const ORIGIN = "http://bot.test";
export const PASSWORD = "correct horse battery";

export interface PageOfTest extends AsyncDisposable {
  readonly auth: Auth;
  readonly journal: Journal;
  readonly keptSecrets: KeptSecrets;
  readonly store: ProfileStore;
  readonly log: LogOfTest;
  readonly path: string;
  /** The page's dependencies. */
  readonly deps: WebDeps;
  /** The page as a function. */
  readonly handler: Handler;
  nowMs: number;
  /** A browser without a session. */
  browser(): Browser;
  /** A browser that logged in by a link of this person. */
  login(by?: string): Promise<Browser>;
  /** The file's content. */
  file(): Promise<Locales>;
  /** Edits the file on disk, and waits until the bot has seen it. */
  editFile(edit: (locales: Locales) => void): Promise<void>;
}

/** A browser's requests. */
export interface Browser {
  get(path: string, headers?: HeadersInit): Promise<Response>;
  /** Posts a form with this session's form token. */
  post(path: string, fields: Fields, headers?: HeadersInit): Promise<Response>;
  /** The same as a form with files, which are given as blobs. */
  postFiles(path: string, fields: FieldsWithFiles, headers?: HeadersInit): Promise<Response>;
  /** `name=value` of the session, once there is one. */
  cookie: string;
}

export type Fields = Readonly<Record<string, string | readonly string[]>>;

export type FieldsWithFiles = Readonly<Record<string, string | Blob | readonly string[]>>;

/** The fields of a profile's form as opened. */
export function profileFields(
  { store }: PageOfTest,
  key: string,
): Record<string, string | string[]> {
  const content = store.content();
  const form = profileForm(valueAt(content, key));
  return {
    version: versionOf(content, key),
    do: "save",
    name: form.name,
    webhook_url: form.webhookUrl,
    timeout_seconds: form.timeoutSeconds,
    photo_url: form.photoUrl,
    caption: form.caption,
    button_key: form.buttons.map(({ callbackData }) => callbackData),
    button_text: form.buttons.map(({ text }) => text),
    button_choice: form.buttons.map(({ choice }) => choice),
    confirmation: form.confirmationTemplate,
    follow_up: form.followUpTemplate,
    thanks: form.thanksText,
  };
}

export interface PageOptions {
  readonly locales?: Locales;
  /** The file's text, instead of `locales`. */
  readonly text?: string;
  readonly password?: string | null;
  readonly config?: Partial<WebDeps["config"]>;
  readonly deps?: Partial<WebDeps>;
  /** The environment's secrets, by name. */
  readonly environment?: ReadonlyMap<string, string>;
  /** By default an empty one in memory; closed with the page. */
  readonly journal?: Journal;
  /** By default `nowMs`, which only the test moves. */
  readonly now?: () => number;
}

export async function openPage(options: PageOptions = {}): Promise<PageOfTest> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-page-" });
  const path = `${folder}/locales.json`;
  const text = options.text ?? JSON.stringify(options.locales ?? someLocales(), null, 2);
  await Deno.writeTextFile(path, text);
  const log = aLog();
  const journal = options.journal ?? await openJournal(":memory:");
  const clock = { nowMs: NOON_MS };
  const now = options.now ?? (() => clock.nowMs);
  let loaded = Promise.withResolvers<void>();
  const store = await openStore({
    path,
    log: log.log,
    now,
    async onLoad(version) {
      await journal.recordVersion(version, now());
      loaded.resolve();
      loaded = Promise.withResolvers();
    },
  });
  const auth = createAuth({
    records: journal,
    committed: journal.committed,
    password: options.password === undefined ? PASSWORD : options.password,
    now,
  });
  const health = createHealth({
    journal,
    lastPolledAtMs: () => undefined,
    adminChatFailsSinceMs: () => undefined,
    now,
  });
  const keptSecrets = await openKeptSecrets(journal);
  const deps: WebDeps = {
    auth,
    profiles: store,
    photos: createPhotoStore(folder, now),
    journal,
    secrets: createPageSecrets({
      secrets: keptSecrets,
      environment: (name) => options.environment?.get(name),
      mask: log.mask,
      now,
    }),
    amocrm: { look: () => Promise.resolve({ kind: "fault", fault: "unreachable" }) },
    isForbiddenTarget: () => Promise.resolve(false),
    testWebhook: () => Promise.resolve({ kind: "impossible" }),
    delivery: {
      resend: async (lead, by) =>
        Promise.resolve(await journal.oweResend(lead, by, "crm:host:", now())),
      closeByHand: async (lead, by) => Promise.resolve(await journal.closeByHand(lead, by, now())),
      take: async (lead, manager) => Promise.resolve(await journal.takeLead(lead, manager, now())),
      giveBack: async (lead, by) => Promise.resolve(await journal.returnLead(lead, by, now())),
      wake() {},
      ...createBlocking({ journal, wake() {}, now, log: log.log }),
      invite: async (lead, by) => Promise.resolve(await journal.oweInvitation(lead, by, now())),
    },
    troubles: () => Promise.resolve([]),
    ownChats: () => [],
    crmTroubles: () => Promise.resolve([]),
    crmTokens: () => [],
    profilesWithoutKey: () => [],
    health: async () => {
      const profilesBrokenSinceMs = store.breakage()?.sinceMs;
      const profileStates = statesOf(store.current());
      return { ...await health.check(), profilesBrokenSinceMs, profileStates };
    },
    measures: createMeasures(),
    botUsername: () => "monstrassistentbot",
    config: {
      publicUrl: null,
      trustProxy: false,
      timeZone: "Europe/Moscow",
      crmTimeoutMs: 10_000,
      workHours: [],
      metricsToken: null,
      ...options.config,
    },
    now,
    elapsedMs: now,
    sleep: () => Promise.resolve(),
    turns: { take: async (work) => await work(), isCrowded: () => false },
    log: log.log,
    ...options.deps,
  };
  const handler = createApp(deps);
  const origin = deps.config.publicUrl ?? ORIGIN;

  function browser(): Browser {
    const send = async (path: string, init: RequestInit) => {
      const headers = new Headers(init.headers);
      if (it.cookie !== "") headers.set("cookie", it.cookie);
      const response = await handler(new Request(`${origin}${path}`, { ...init, headers }));
      const cookie = response.headers.get("set-cookie")?.split(";")[0];
      if (cookie !== undefined) it.cookie = cookie;
      return response;
    };
    const sendForm = (
      path: string,
      body: URLSearchParams | FormData,
      fields: FieldsWithFiles,
      headers: HeadersInit,
    ) => {
      const secret = it.cookie.split("=")[1] ?? "";
      const all = { form_token: auth.formToken(secret), ...fields };
      for (const [name, values] of Object.entries(all)) {
        for (const value of [values].flat()) body.append(name, value);
      }
      return send(path, {
        method: "POST",
        body,
        headers: {
          origin,
          "sec-fetch-site": "same-origin",
          ...Object.fromEntries(new Headers(headers)),
        },
      });
    };
    const it: Browser = {
      cookie: "",
      get: (path, headers = {}) => send(path, { headers }),
      post: (path, fields, headers = {}) => sendForm(path, new URLSearchParams(), fields, headers),
      postFiles: (path, fields, headers = {}) => sendForm(path, new FormData(), fields, headers),
    };
    return it;
  }

  return {
    auth,
    journal,
    keptSecrets,
    store,
    log,
    path,
    deps,
    handler,
    get nowMs() {
      return clock.nowMs;
    },
    set nowMs(nowMs) {
      clock.nowMs = nowMs;
    },
    browser,
    async login(by = "@manager") {
      const it = browser();
      const response = await it.post("/login", { token: await auth.issueLink(by) });
      assert.equal(response.status, 303);
      return it;
    },
    file: async () => JSON.parse(await Deno.readTextFile(path)),
    async editFile(edit) {
      const content = JSON.parse(await Deno.readTextFile(path));
      edit(content);
      const seen = loaded.promise;
      await Deno.writeTextFile(path, JSON.stringify(content, null, 2));
      await seen;
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await journal.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
