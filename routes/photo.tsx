// Uploaded photos: takes one from a profile's form, shows one to those who are logged in.

import { HttpError } from "fresh";
import { valueAt } from "../lib/json/text.ts";
import { field } from "../lib/page/form.ts";
import { define, type State } from "../lib/page/state.ts";
import { type ProfileForm, profileForm } from "../lib/profiles/edits.ts";
import type { Fault } from "../lib/profiles/faults.ts";
import type { Profile } from "../lib/profiles/profile.ts";
import { typeOfPhoto } from "../lib/profiles/photos/name.ts";
import { type Kept, MOST_BYTES_IN_ALL } from "../lib/profiles/photos/store.ts";
import { PhotoField } from "./components/photo_field.tsx";
import { PHOTO, refusalWords } from "./words/photo.ts";
import { faultSentence } from "./words/faults.ts";

/** The place of a fault of the uploaded photo, inside the profile. */
const PLACE = "step1.photo_file";

/** A photo, which never changes under its name. */
export const photo = define.handlers({
  async GET(ctx) {
    const name = ctx.params["name"] ?? "";
    const file = await ctx.state.deps.photos.open(name);
    if (file === undefined) throw new HttpError(404);
    return new Response(file.stream, {
      headers: {
        "content-type": typeOfPhoto(name),
        "content-length": String(file.bytes),
        "cache-control": "private, max-age=31536000, immutable",
      },
    });
  },
});

/** The script's upload: answers with the form's part for the photo. The profile changes only when the form is saved. */
export const uploadPhoto = define.handlers({
  async POST(ctx) {
    const { state } = ctx;
    const key = ctx.params["key"] ?? "";
    if (!state.deps.profiles.current().byKey.has(key)) throw new HttpError(404);
    const typed = {
      photoFile: field(state.form, "photo_file"),
      photoUrl: field(state.form, "photo_url"),
    };
    const { form, faults } = await withUpload(state, typed);
    const [fault] = faults;
    return ctx.render(
      <PhotoField
        form={form}
        path={`/profiles/${key}`}
        isMissing={await isPhotoMissing(state, form)}
        fault={fault && faultSentence(fault.message, state.language)}
        addressFault={undefined}
        language={state.language}
      />,
      { status: fault === undefined ? 200 : 422 },
    );
  },
});

/** The form with the photo that came with it, which is stored; or why it was not. */
export async function withUpload<Form extends Pick<ProfileForm, "photoFile" | "photoUrl">>(
  state: State,
  form: Form,
): Promise<{ readonly form: Form; readonly faults: readonly Fault[] }> {
  if (state.file === null || state.isFormStale) return { form, faults: [] };
  const kept = await keep(state, state.file);
  if (kept.kind === "kept") {
    return { form: { ...form, photoFile: kept.name, photoUrl: "" }, faults: [] };
  }
  return { form, faults: [{ path: PLACE, message: refusalWords(kept, state.language) }] };
}

async function keep({ deps }: State, file: NonNullable<State["file"]>): Promise<Kept> {
  if (file.kind === "too_heavy") {
    return { kind: "refused", fault: { kind: "too_heavy", bytes: file.length } };
  }
  const kept = await deps.photos.keep(file.bytes);
  const { log } = deps;
  if (kept.kind === "failed") {
    const { reason, cause } = kept;
    log.error("❌ Фото не сохранить: {reason}. {cause}", { reason, cause });
  } else if (kept.kind === "no_room") {
    const most = MOST_BYTES_IN_ALL / 2 ** 20;
    log.warn("⚠️ Фото не сохранить: все вместе заняли бы больше {most} МБ", { most });
  }
  return kept;
}

/** A form with an address that was typed in place of the uploaded photo has no photo any more. */
export function withOnePhoto(state: State, key: string, form: ProfileForm): ProfileForm {
  if (!form.photoFile || form.photoUrl === "") return form;
  const saved = profileForm(valueAt(state.deps.profiles.content(), key)).photoUrl;
  return form.photoUrl === saved.trim() ? form : { ...form, photoFile: "" };
}

/** Why a form cannot be saved with this photo: it is new to the profile, and gone. */
export async function photoFaults(state: State, key: string, form: ProfileForm): Promise<Fault[]> {
  const name = form.photoFile ?? "";
  const saved = profileForm(valueAt(state.deps.profiles.content(), key)).photoFile;
  if (name === "" || await state.deps.photos.touch(name) || name === saved) return [];
  return [{ path: PLACE, message: PHOTO[state.language].gone }];
}

/** The profile as its visitors get it: without an uploaded photo that is gone. */
export async function withoutMissingPhoto({ deps }: State, profile: Profile): Promise<Profile> {
  const { photoFile } = profile;
  return photoFile === null || await deps.photos.has(photoFile)
    ? profile
    : { ...profile, photoFile: null };
}

/** Whether the form's uploaded photo is gone. */
export async function isPhotoMissing(
  { deps }: State,
  { photoFile = "" }: Pick<ProfileForm, "photoFile">,
): Promise<boolean> {
  return photoFile !== "" && !await deps.photos.has(photoFile);
}
