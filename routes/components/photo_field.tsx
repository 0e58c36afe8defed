// A profile's photo in its form: a file to upload, or an address. Works without scripts, then the file goes with the form.

import type { ProfileForm } from "../../lib/profiles/edits.ts";
import { isPhotoName } from "../../lib/profiles/photos/name.ts";
import { MOST_PHOTO_BYTES } from "../../lib/profiles/photos/photo.ts";
import type { Language } from "../../lib/page/language.ts";
import { PHOTO } from "../words/photo.ts";
import { Caution, FaultLine, TextField } from "./fields.tsx";

/** The address of an uploaded photo on this page; null for what is none. */
export function photoAddress(name: string | null): string | null {
  return name !== null && isPhotoName(name) ? `/media/${name}` : null;
}

export function PhotoField({ form, path, isMissing, fault, addressFault, focus, language }: {
  readonly form: Pick<ProfileForm, "photoFile" | "photoUrl">;
  /** Where the form is posted; below it is where a script uploads. */
  readonly path: string;
  /** Whether the uploaded photo is not on disk. */
  readonly isMissing: boolean;
  readonly fault: string | undefined;
  readonly addressFault: string | undefined;
  /** The field that is focused: it has the form's first fault. */
  readonly focus?: "photo" | "photo_url" | undefined;
  readonly language: Language;
}) {
  const words = PHOTO[language];
  const name = form.photoFile ?? "";
  const address = isMissing ? null : photoAddress(name);
  const described = fault === undefined ? "photo-hint" : "photo-fault photo-hint";
  return (
    <fieldset
      class="photo-field"
      id="field-photo"
      data-upload={`${path}/photo`}
      data-most={MOST_PHOTO_BYTES}
      data-uploading={words.uploading}
      data-failed={words.failed}
    >
      <legend>{words.title}</legend>
      <input type="hidden" name="photo_file" value={name} />
      <div class="photo-drop">
        {address !== null && <img src={address} alt={words.uploaded} />}
        <div class="photo-ways">
          <label for="photo">{words.choose}</label>
          <input
            type="file"
            id="photo"
            name="photo"
            accept="image/jpeg,image/png,image/webp"
            aria-describedby={described}
            aria-invalid={fault === undefined ? undefined : "true"}
            autofocus={focus === "photo"}
          />
          <div class="photo-camera">
            <label for="photo-camera">{words.takePicture}</label>
            <input
              type="file"
              id="photo-camera"
              name="photo"
              accept="image/*"
              capture="environment"
              aria-describedby="photo-hint"
            />
          </div>
          <p class="hint" id="photo-hint">
            {words.hint} <span class="photo-by-script">{words.dropHint}</span>
          </p>
          <p class="hint" role="status" data-upload-status></p>
          {fault !== undefined && <FaultLine id="photo-fault" fault={fault} />}
          {isMissing && <Caution>{words.missing}</Caution>}
          {name !== "" && (
            <button
              type="submit"
              class="outline"
              name="do"
              value="unphoto"
              formaction={`${path}#field-photo`}
            >
              {words.remove}
            </button>
          )}
        </div>
      </div>
      <TextField
        name="photo_url"
        label={name === "" ? words.address : words.addressInstead}
        value={form.photoUrl}
        inputMode="url"
        placeholder="https://"
        fault={addressFault}
        focus={focus === "photo_url"}
      />
    </fieldset>
  );
}
