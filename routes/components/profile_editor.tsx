// The form of a profile beside its preview.

import type { Fault } from "../../lib/profiles/faults.ts";
import { FORM_ID_FIELD } from "../../lib/page/steps.ts";
import { LIMITS } from "../../lib/profiles/limits.ts";
import { draftProfile } from "../../lib/profiles/draft.ts";
import type { ProfileForm } from "../../lib/profiles/edits.ts";
import { NO_OWN_CHAT } from "../../lib/profiles/managers_chat.ts";
import { NO_PHONE } from "../../lib/profiles/phone_edits.ts";
import { pausedText } from "../../lib/visitors/state_texts.ts";
import { THANKS } from "../../lib/visitors/texts.ts";
import { PROFILE, type ProfileWords } from "../words/profile.ts";
import { AliasesField } from "./aliases_field.tsx";
import { cautionsOf } from "./button_cautions.tsx";
import type { CrmView } from "./crm/crm_view.ts";
import type { OutgoingView } from "./crm/outgoing_preview.tsx";
import { CrmSection } from "./crm/section.tsx";
import { ButtonsField, type Focus } from "./buttons_field.tsx";
import { EditorForm, EditorPage, SaveBar } from "./editor_page.tsx";
import { TextArea, TextField } from "./fields.tsx";
import { type FormFaults, sortFaults } from "./form_faults.ts";
import { type Note, NoteLine } from "./note.tsx";
import type { Frame } from "./page.tsx";
import { OwnChatFields, type OwnChatView } from "./own_chat_fields.tsx";
import { PhotoField } from "./photo_field.tsx";
import { PhoneFields } from "./phone_fields.tsx";
import { PausedField } from "./paused_field.tsx";
import { ProfilePreview } from "./preview.tsx";
import type { StateView } from "./state_line.tsx";

export const FORM_ID = "profile";

export interface ProfileView {
  readonly key: string;
  /** The saved name; the form may have another. */
  readonly savedName: string;
  readonly state: StateView;
  readonly languages: readonly string[];
  readonly form: ProfileForm;
  readonly version: string;
  /** Tells this opening of the form from others. */
  readonly formId: string;
  readonly faults: readonly Fault[];
  /** The index of the button whose confirmation the preview shows. */
  readonly pressed: number;
  /** The default when the profile has no timeout. */
  readonly crmTimeoutMs: number;
  /** What the menu says after an absence of the bot. */
  readonly menuAwayText: string;
  /** Whether the bot knows working hours; without them it is always working time. */
  readonly hasWorkHours: boolean;
  readonly isUnsaved: boolean;
  /** The form's uploaded photo is not on disk. */
  readonly isPhotoMissing: boolean;
  readonly note?: Note;
  readonly crm: CrmView;
  readonly outgoing: OutgoingView;
  readonly ownChat: OwnChatView;
  readonly focus?: Focus;
}

export function ProfileEditor({ frame, view }: {
  readonly frame: Frame;
  readonly view: ProfileView;
}) {
  const words = PROFILE[frame.language];
  const { key, form } = view;
  const faults = sortFaults(view.faults, form, frame.language);
  const path = `/profiles/${key}`;
  const drafted = draftProfile(key, form);
  const draft = view.isPhotoMissing ? { ...drafted, photoFile: null } : drafted;
  return (
    <EditorPage
      frame={frame}
      profileKey={key}
      name={view.savedName}
      languages={view.languages}
      shown={null}
      state={view.state}
      note={view.note &&
        <NoteLine note={view.note} faults={faults} path={path} frame={frame} />}
      preview={
        <ProfilePreview
          language={frame.language}
          profile={draft}
          base={draft}
          pressed={view.pressed}
          form={FORM_ID}
          outgoing={view.outgoing}
        />
      }
    >
      <EditorForm
        frame={frame}
        id={FORM_ID}
        path={path}
        version={view.version}
        isUnsaved={view.isUnsaved}
        withFile
      >
        <input type="hidden" name={FORM_ID_FIELD} value={view.formId} />
        <Fields
          view={view}
          faults={faults}
          cautions={cautionsOf(draft.buttons.map(({ text }) => text), frame.language)}
          words={words}
          frame={frame}
        />
        <SaveBar frame={frame} isUnsaved={view.isUnsaved} showAt={path} />
      </EditorForm>
    </EditorPage>
  );
}

function Fields({ view, faults, cautions, words, frame }: {
  readonly view: ProfileView;
  readonly faults: FormFaults;
  readonly cautions: ReadonlyMap<number, string>;
  readonly words: ProfileWords;
  readonly frame: Frame;
}) {
  const { form, key } = view;
  const common = (name: string) => ({
    name,
    fault: faults.of(name),
    focus: faults.isFirst(name),
  });
  const hasPhoto = form.photoUrl !== "" || Boolean(form.photoFile);
  const isCaptionLong = form.caption.length > LIMITS.caption && hasPhoto;
  return (
    <>
      <TextField
        {...common("name")}
        label={words.name}
        value={form.name}
        hint={words.nameHint}
        most={LIMITS.name}
      />
      <CrmSection view={view.crm} faults={faults} frame={frame} path={`/profiles/${key}`}>
        <TextField
          {...common("timeout_seconds")}
          label={words.timeout}
          value={form.timeoutSeconds}
          inputMode="decimal"
          narrow
          placeholder={String(view.crmTimeoutMs / 1000)}
          hint={words.timeoutHint(view.crmTimeoutMs / 1000)}
          beside={<span>{words.seconds}</span>}
        />
      </CrmSection>
      <OwnChatFields
        form={form.ownChat ?? NO_OWN_CHAT}
        view={view.ownChat}
        faults={faults}
        frame={frame}
      />
      <PhotoField
        form={form}
        path={`/profiles/${key}`}
        isMissing={view.isPhotoMissing}
        fault={faults.of("photo")}
        addressFault={faults.of("photo_url")}
        focus={(["photo", "photo_url"] as const).find((name) => faults.isFirst(name))}
        language={frame.language}
      />
      <TextArea
        {...common("caption")}
        label={words.caption}
        value={form.caption}
        rows={7}
        most={hasPhoto ? LIMITS.caption : LIMITS.text}
        {...isCaptionLong ? { hint: words.captionOver } : {}}
      />
      <ButtonsField
        buttons={form.buttons}
        path={`/profiles/${key}`}
        faults={faults}
        cautions={cautions}
        focus={view.focus}
        words={words}
      />
      <TextArea
        {...common("confirmation")}
        label={words.confirmation}
        value={form.confirmationTemplate}
        rows={6}
        most={LIMITS.text}
        hint={words.confirmationHint}
      />
      <TextArea
        {...common("after_hours")}
        label={words.afterHours}
        value={form.afterHoursText ?? ""}
        rows={2}
        most={LIMITS.text}
        hint={view.hasWorkHours ? words.afterHoursHint : words.afterHoursNever}
      />
      <TextArea
        {...common("follow_up")}
        label={words.followUp}
        value={form.followUpTemplate}
        rows={4}
        most={LIMITS.text}
        hint={words.followUpHint}
      />
      <TextArea
        {...common("thanks")}
        label={words.thanks}
        value={form.thanksText}
        placeholder={THANKS}
        rows={2}
        most={LIMITS.text}
        hint={words.thanksHint}
      />
      <PausedField
        value={form.pausedText ?? ""}
        placeholder={pausedText({ pausedText: null, name: form.name }, null, false)}
        faults={faults}
        language={frame.language}
      />
      <PhoneFields
        form={form.phone ?? NO_PHONE}
        faults={faults}
        language={frame.language}
      />
      <TextArea
        {...common("away")}
        label={words.away}
        value={form.awayText ?? ""}
        placeholder={view.menuAwayText}
        rows={2}
        most={LIMITS.text}
        hint={words.awayHint}
      />
      <AliasesField
        aliases={form.aliases ?? []}
        path={`/profiles/${key}`}
        fault={faults.of("aliases")}
        words={words}
      />
    </>
  );
}
