// A profile's photo in its form: a file to upload, or an address. Works without scripts, then the file goes with the form.

import type { ProfileForm } from "../../lib/profiles/edits.ts";
import { isPhotoName } from "../../lib/profiles/photos/name.ts";
import { LIMITS } from "../../lib/profiles/limits.ts";
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
  const hasPhoto = name !== "" || form.photoUrl !== "";
  return (
    <fieldset
      class="photo-field"
      id="field-photo"
      data-upload={`${path}/photo`}
      data-most={MOST_PHOTO_BYTES}
      data-caption-most={hasPhoto ? LIMITS.caption : LIMITS.text}
      data-uploading={words.uploading}
      data-failed={words.failed}
    >
      <legend>{words.title}</legend>
      <input type="hidden" name="photo_file" value={name} />
      <div class="photo-drop">
        {address !== null && <img src={address} alt={words.uploaded} />}
        <div class="photo-ways">
          <div class="photo-buttons">
            <FileInput
              id="photo"
              label={name === "" ? words.choose : words.chooseOther}
              accept="image/jpeg,image/png,image/webp"
              described={fault === undefined ? "photo-hint" : "photo-fault photo-hint"}
              isFaulty={fault !== undefined}
              focus={focus === "photo"}
            />
            <FileInput
              id="photo-camera"
              label={words.takePicture}
              accept="image/*"
              capture="environment"
              described="photo-hint"
            />
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
          <p class="hint" role="status" data-upload-status></p>
          {fault !== undefined && <FaultLine id="photo-fault" fault={fault} />}
          {isMissing && <Caution>{words.missing}</Caution>}
          <p class="hint" id="photo-hint">
            {words.hint} <span class="photo-by-script">{words.dropHint}</span>
          </p>
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

/** The browser's own input; with scripts only its label shows, as a button. */
function FileInput({ id, label, accept, capture, described, isFaulty, focus }: {
  readonly id: string;
  readonly label: string;
  readonly accept: string;
  /** Opens a phone's camera; elsewhere such an input is left out. */
  readonly capture?: "environment";
  readonly described: string;
  readonly isFaulty?: boolean;
  readonly focus?: boolean;
}) {
  return (
    <div class={capture === undefined ? "photo-way" : "photo-way photo-camera"}>
      <label for={id}>{label}</label>
      <input
        type="file"
        id={id}
        name="photo"
        accept={accept}
        capture={capture}
        aria-describedby={described}
        aria-invalid={isFaulty ? "true" : undefined}
        autofocus={focus === true}
      />
    </div>
  );
}
