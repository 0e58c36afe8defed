// A profile's form with its preview.

import { HttpError } from "fresh";
import { valueAt } from "../lib/json/text.ts";
import { draftProfile } from "../lib/profiles/draft.ts";
import {
  type Content,
  newCallbackData,
  type ProfileForm,
  profileForm,
  versionOf,
  withProfile,
} from "../lib/profiles/edits.ts";
import { languagesOf } from "../lib/profiles/translations.ts";
import { field } from "../lib/page/form.ts";
import { define, type State } from "../lib/page/state.ts";
import { away } from "../lib/visitors/texts.ts";
import type { WebhookTrial } from "../lib/crm/webhook_trial.ts";
import type { Note } from "./components/note.tsx";
import { frameOf } from "./components/page.tsx";
import { phoneParts } from "./components/phone_fields.tsx";
import { ProfilePreview } from "./components/preview.tsx";
import { FORM_ID, ProfileEditor, type ProfileView } from "./components/profile_editor.tsx";
import { partsOf } from "./components/versions.tsx";
import { type Move, newButton, readProfileForm, readWish, rearrange } from "./profile_form.ts";
import { crmView, lookAt, outgoingView } from "./crm_view.ts";
import { removeSecret, secretValue, withoutFileKeys, withSecrets } from "./crm_secrets.ts";
import { isPhotoMissing, withOnePhoto, withoutMissingPhoto, withUpload } from "./photo.tsx";
import { ownChatView, untilChatIsChecked } from "./own_chat_view.ts";
import { orStorageFault, saveProfile } from "./profile_save.ts";
import { stateView } from "./state_view.ts";
import { newestChange } from "./undo.tsx";

export const handler = define.handlers({
  async GET(ctx) {
    const key = profileKey(ctx);
    if (ctx.url.searchParams.has("saved")) await untilChatIsChecked(ctx.state, key);
    const content = contentOf(ctx.state);
    const form = withoutFileKeys(ctx.state, key, profileForm(valueAt(content, key)));
    const view = await viewOf(ctx.state, key, form);
    const note = await noteOf(ctx.url, ctx.state, key);
    return ctx.render(
      <ProfileEditor frame={await frameOf(ctx)} view={note ? { ...view, note } : view} />,
    );
  },

  async POST(ctx) {
    const { state } = ctx;
    const key = profileKey(ctx);
    const read = withOnePhoto(state, key, readProfileForm(state.form));
    const upload = await withUpload(state, withSecrets(state, key, read));
    const typed = upload.form;
    const wish = readWish(state.form);
    const draw = async (more: Partial<ProfileView>, form: ProfileForm = typed, status = 200) => {
      const version = field(state.form, "version");
      const content = contentOf(state);
      const isUnsaved = withProfile(content, key, form) !== content;
      const view = {
        ...await viewOf(state, key, form),
        version,
        isUnsaved,
        faults: upload.faults,
        ...more,
      };
      return ctx.render(<ProfileEditor frame={await frameOf(ctx)} view={view} />, { status });
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
        const isKeyRemoved = await orStorageFault(state, removeSecret(state, key, wish.secret));
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
        const result = await saveProfile(state, key, typed, upload.faults);
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
  async POST(ctx) {
    const key = profileKey(ctx);
    const wish = readWish(ctx.state.form);
    const read = withOnePhoto(ctx.state, key, readProfileForm(ctx.state.form));
    const form = withSecrets(ctx.state, key, read, "forget");
    const profile = await withoutMissingPhoto(ctx.state, draftProfile(key, form));
    const pressed = wish.kind === "press" ? wish.index : 0;
    return ctx.render(
      <ProfilePreview
        language={ctx.state.language}
        profile={profile}
        base={profile}
        pressed={pressed}
        form={FORM_ID}
        outgoing={await outgoingView(ctx.state, key, form)}
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

async function viewOf(state: State, key: string, form: ProfileForm): Promise<ProfileView> {
  const content = contentOf(state);
  return {
    key,
    savedName: state.deps.profiles.current().byKey.get(key)?.name ?? key,
    state: stateView(state, key),
    languages: languagesOf(valueAt(content, key)),
    form,
    version: versionOf(content, key),
    formId: state.formId,
    isPhotoMissing: await isPhotoMissing(state, form),
    faults: [],
    pressed: 0,
    crmTimeoutMs: state.deps.config.crmTimeoutMs,
    menuAwayText: away(state.deps.profiles.current()),
    hasWorkHours: state.deps.config.workHours.length > 0,
    crm: crmView(state, key, form),
    outgoing: await outgoingView(state, key, form),
    ownChat: ownChatView(state, key, form),
    isUnsaved: false,
  };
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
export async function noteOf(url: URL, state: State, key: string): Promise<Note | undefined> {
  const kind = (["created", "published", "paused", "resumed", "saved"] as const).find((each) =>
    url.searchParams.has(each)
  );
  return kind && { kind, change: await newestChange(state, key) };
}
