// A profile's form with its preview.

import { HttpError } from "fresh";
import { StorageError } from "../lib/journal/storage_error.ts";
import { valueAt } from "../lib/json/text.ts";
import { draftProfile, FORBIDDEN_ADDRESS, profileFaults } from "../lib/profiles/draft.ts";
import type { Fault } from "../lib/profiles/faults.ts";
import { diskFault } from "../lib/profiles/file.ts";
import {
  type Content,
  newCallbackData,
  type ProfileForm,
  profileForm,
  versionOf,
  withProfile,
} from "../lib/profiles/edits.ts";
import { ownChatForm, readOwnChat } from "../lib/profiles/managers_chat.ts";
import { record } from "../lib/profiles/raw_values.ts";
import { languagesOf } from "../lib/profiles/translations.ts";
import { saveEdit } from "../lib/profiles/saving.ts";
import { field } from "../lib/page/form.ts";
import { define, type State } from "../lib/page/state.ts";
import { away } from "../lib/visitors/texts.ts";
import type { WebhookTrial } from "../lib/crm/webhook_trial.ts";
import type { Note } from "./components/note.tsx";
import { frameOf } from "./components/page.tsx";
import type { OwnChatView } from "./components/own_chat_fields.tsx";
import { phoneParts } from "./components/phone_fields.tsx";
import { ProfilePreview } from "./components/preview.tsx";
import { FORM_ID, ProfileEditor, type ProfileView } from "./components/profile_editor.tsx";
import { partsOf } from "./components/versions.tsx";
import { type Move, newButton, readProfileForm, readWish, rearrange } from "./profile_form.ts";
import { crmView, lookAt, outgoingView } from "./crm_view.ts";
import {
  removeSecret,
  saveKeys,
  secretValue,
  withoutFileKeys,
  withSecrets,
} from "./crm_secrets.ts";
import {
  isPhotoMissing,
  photoFaults,
  withOnePhoto,
  withoutMissingPhoto,
  withUpload,
} from "./photo.tsx";
import { stateView } from "./state_view.ts";
import { newestChange } from "./undo.tsx";

export const handler = define.handlers({
  async GET(ctx) {
    const key = profileKey(ctx);
    if (ctx.url.searchParams.has("saved")) await untilChatIsChecked(ctx.state, key);
    const content = contentOf(ctx.state);
    const form = withoutFileKeys(ctx.state, key, profileForm(valueAt(content, key)));
    const view = viewOf(ctx.state, key, form);
    const note = noteOf(ctx.url, ctx.state, key);
    return ctx.render(
      <ProfileEditor frame={frameOf(ctx)} view={note ? { ...view, note } : view} />,
    );
  },

  async POST(ctx) {
    const { state } = ctx;
    const key = profileKey(ctx);
    const read = withOnePhoto(state, key, readProfileForm(state.form));
    const upload = await withUpload(state, withSecrets(state, key, read));
    const typed = upload.form;
    const wish = readWish(state.form);
    const draw = (more: Partial<ProfileView>, form: ProfileForm = typed, status = 200) => {
      const version = field(state.form, "version");
      const content = contentOf(state);
      const isUnsaved = withProfile(content, key, form) !== content;
      const view = {
        ...viewOf(state, key, form),
        version,
        isUnsaved,
        faults: upload.faults,
        ...more,
      };
      return ctx.render(<ProfileEditor frame={frameOf(ctx)} view={view} />, { status });
    };

    if (state.isFormStale) return draw({ note: { kind: "renewed" } }, typed, 403);
    switch (wish.kind) {
      case "show":
        return draw({});
      case "press":
        return draw({ pressed: wish.index });
      case "test":
        return draw({ crm: await testedCrm(state, key, typed) });
      case "forget": {
        const isKeyRemoved = await orDiskFault(removeSecret(state, key, wish.secret));
        if (typeof isKeyRemoved !== "boolean") return draw({ note: isKeyRemoved }, typed, 507);
        return draw({ crm: { ...crmView(state, key, typed), isKeyRemoved } });
      }
      case "unalias": {
        const aliases = typed.aliases?.filter((_, index) => index !== wish.index);
        return draw({}, { ...typed, aliases });
      }
      case "unphoto":
        return draw({}, { ...typed, photoFile: "", photoUrl: "" });
      case "add": {
        const button = newButton(newCallbackData(key, Math.random()));
        const focus = { field: "button_text", index: typed.buttons.length } as const;
        return draw({ focus }, { ...typed, buttons: [...typed.buttons, button] });
      }
      case "up":
      case "down":
      case "remove": {
        const focus = { field: wish.kind, index: movedTo(wish) } as const;
        return draw({ focus }, { ...typed, buttons: rearrange(typed.buttons, wish) });
      }
      case "save": {
        const result = await save(state, key, typed, upload.faults);
        switch (result.kind) {
          case "saved":
            return ctx.redirect(`/profiles/${key}?saved`, 303);
          case "refused":
            return draw({ faults: result.faults, note: { kind: "refused" } }, typed, 422);
          case "broken":
            return draw({ note: { kind: "broken", faults: result.faults } }, typed, 409);
          case "failed":
            return draw({ note: result }, typed, 507);
          case "stale": {
            const content = contentOf(state);
            if (!content.members.has(key)) throw new HttpError(404);
            const parts = (form: ProfileForm) => [
              ...partsOf(form, state.language),
              ...phoneParts(form.phone, state.language),
            ];
            const theirs = parts(profileForm(valueAt(content, key)));
            const note = { kind: "stale", mine: parts(typed), theirs } as const;
            return draw({ version: versionOf(content, key), note }, typed, 409);
          }
        }
      }
    }
  },
});

/** The preview alone, fetched by the script while typing. */
export const preview = define.handlers({
  POST(ctx) {
    const key = profileKey(ctx);
    const wish = readWish(ctx.state.form);
    const read = withOnePhoto(ctx.state, key, readProfileForm(ctx.state.form));
    const form = withSecrets(ctx.state, key, read, "forget");
    const profile = withoutMissingPhoto(ctx.state, draftProfile(key, form));
    const pressed = wish.kind === "press" ? wish.index : 0;
    return ctx.render(
      <ProfilePreview
        language={ctx.state.language}
        profile={profile}
        base={profile}
        pressed={pressed}
        form={FORM_ID}
        outgoing={outgoingView(ctx.state, key, form)}
      />,
    );
  },
});

/** The key in the address. @throws {HttpError} 404 if there is no such profile. */
export function profileKey(
  { state, params }: { readonly state: State; readonly params: Readonly<Record<string, string>> },
): string {
  const key = params["key"] ?? "";
  if (!state.deps.profiles.current().byKey.has(key)) throw new HttpError(404);
  return key;
}

export function contentOf({ deps }: State): Content {
  return deps.profiles.content();
}

function viewOf(state: State, key: string, form: ProfileForm): ProfileView {
  const content = contentOf(state);
  return {
    key,
    savedName: state.deps.profiles.current().byKey.get(key)?.name ?? key,
    state: stateView(state, key),
    languages: languagesOf(valueAt(content, key)),
    form,
    version: versionOf(content, key),
    formId: state.formId,
    isPhotoMissing: isPhotoMissing(state, form),
    faults: [],
    pressed: 0,
    crmTimeoutMs: state.deps.config.crmTimeoutMs,
    menuAwayText: away(state.deps.profiles.current()),
    hasWorkHours: state.deps.config.workHours.length > 0,
    crm: crmView(state, key, form),
    outgoing: outgoingView(state, key, form),
    ownChat: ownChatView(state, key, form),
    isUnsaved: false,
  };
}

/** What is known of the saved chat, while the form has no other one. */
function ownChatView({ deps }: State, key: string, { ownChat }: ProfileForm): OwnChatView {
  const raw = record(valueAt(deps.profiles.content(), key));
  const { chatId, topicId } = ownChatForm(raw);
  if (ownChat?.chatId !== chatId || ownChat.topicId !== topicId) return { kind: "none" };
  const faults: Fault[] = [];
  readOwnChat(raw, "", faults);
  const [fault] = faults;
  if (fault !== undefined) return { kind: "faulty", fault };
  const found = deps.ownChats().find(({ profiles }) => profiles.includes(key));
  return found === undefined ? { kind: "none" } : { kind: "known", state: found };
}

/** A chat that was just saved is being checked; most are in a moment. */
async function untilChatIsChecked({ deps }: State, key: string): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const found = deps.ownChats().find(({ profiles }) => profiles.includes(key));
    if (found === undefined || found.isUsable || found.problem !== undefined) return;
    await deps.sleep(LOOK_MS);
  }
}

const MOST_LOOKS = 10;
const LOOK_MS = 100;

type Saved =
  | Awaited<ReturnType<typeof saveEdit>>
  | Failed
  | { readonly kind: "refused"; readonly faults: readonly Fault[] };

async function save(
  state: State,
  key: string,
  form: ProfileForm,
  ofUpload: readonly Fault[],
): Promise<Saved> {
  const version = field(state.form, "version");
  const ofPhoto = [...ofUpload, ...await photoFaults(state, key, form)];
  const faults = [...ofPhoto, ...profileFaults(contentOf(state), key, form)];
  if (faults.length > 0) return { kind: "refused", faults };
  if (await isForbiddenWebhook(state, key, form)) {
    return { kind: "refused", faults: [{ path: "webhook_url", message: FORBIDDEN_ADDRESS }] };
  }
  if (versionOf(contentOf(state), key) !== version) return { kind: "stale" };
  // First the keys, then the file that refers to them: the other way round, a full disk would leave a CRM without its key.
  const keys = await orDiskFault(saveKeys(state, key, form));
  if ("reason" in keys) return keys;
  const result = await saveEdit(
    state.deps.profiles,
    state.session.openedBy,
    (content) => versionOf(content, key) === version ? withProfile(content, key, form) : undefined,
  );
  if (result.kind === "saved") {
    keys.keep();
    return result;
  }
  const undone = await orDiskFault(keys.undo());
  return undone !== undefined && result.kind === "failed" ? { ...result, isKeyNew: true } : result;
}

interface Failed {
  readonly kind: "failed";
  readonly reason: string;
  /** Set where a key was replaced all the same. */
  readonly isKeyNew?: true;
}

/** What it resolves with, or why the journal could not be written. */
async function orDiskFault<T>(work: Promise<T>): Promise<T | Failed> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StorageError) return { kind: "failed", reason: diskFault(error) };
    throw error;
  }
}

/** Only a changed address is resolved: a failing name server must not prevent editing a text. */
async function isForbiddenWebhook(
  state: State,
  key: string,
  { webhookUrl }: ProfileForm,
): Promise<boolean> {
  const saved = profileForm(valueAt(contentOf(state), key)).webhookUrl;
  return webhookUrl !== saved && await state.deps.isForbiddenTarget(webhookUrl);
}

/** The section after a test: amoCRM is only asked, any other kind gets a marked lead. */
async function testedCrm(state: State, key: string, form: ProfileForm) {
  const isAmoCrm = form.crm?.kind === "amocrm";
  const result = isAmoCrm
    ? { look: await lookAt(state, key, form) }
    : { trial: await test(state, key, form) };
  return { ...crmView(state, key, form), ...result };
}

async function test(
  state: State,
  key: string,
  form: ProfileForm,
): Promise<WebhookTrial | "empty"> {
  if (form.webhookUrl === "") return "empty";
  const seconds = Number(form.timeoutSeconds.replace(",", "."));
  const timeoutMs = seconds >= 1 && seconds <= 120
    ? seconds * 1000
    : state.deps.config.crmTimeoutMs;
  const profile = draftProfile(key, form);
  return await state.deps.testWebhook(
    profile,
    timeoutMs,
    (name) => secretValue(state, key, name),
  );
}

/** The moved row's new index; a removed row's old one. */
function movedTo({ kind, index }: Move): number {
  if (kind === "remove") return index;
  return kind === "up" ? Math.max(index - 1, 0) : index + 1;
}

/** The note for the press that redirected here. */
export function noteOf(url: URL, state: State, key: string): Note | undefined {
  const kind = (["created", "published", "paused", "resumed", "saved"] as const).find((each) =>
    url.searchParams.has(each)
  );
  return kind && { kind, change: newestChange(state, key) };
}
