// A profile as a list of named texts; two versions side by side, or as one text with changes.

import type { ProfileForm } from "../../lib/profiles/edits.ts";
import { diffWords, type Piece } from "../../lib/profiles/text_diff.ts";
import type { Language } from "../../lib/page/language.ts";
import { CRM } from "../words/crm.ts";
import { OWN_CHAT } from "../words/own_chat.ts";
import { PROFILE, type ProfileWords } from "../words/profile.ts";
import { PHOTO } from "../words/photo.ts";
import { PROFILE_STATE } from "../words/profile_state.ts";
import { addressPart, crmPart } from "./crm/crm_parts.ts";

export interface Part {
  readonly label: string;
  readonly text: string;
  readonly isList?: true;
}

export function partsOf(form: ProfileForm, language: Language): Part[] {
  const words = PROFILE[language];
  const chat = OWN_CHAT[language];
  return [
    { label: words.name, text: form.name },
    { label: CRM[language].title, text: form.crm === undefined ? "" : crmPart(form.crm, language) },
    { label: words.webhook, text: addressPart(form) },
    { label: CRM[language].body, text: form.crm?.webhook.body ?? "" },
    { label: words.timeout, text: form.timeoutSeconds },
    { label: chat.label(chat.chat), text: form.ownChat?.chatId ?? "" },
    { label: chat.label(chat.topic), text: form.ownChat?.topicId ?? "" },
    {
      label: words.photo,
      text: form.photoFile ? PHOTO[language].uploadedAs(form.photoFile) : form.photoUrl,
    },
    { label: words.caption, text: form.caption },
    { label: words.buttons, text: form.buttons.map(buttonLine).join("\n"), isList: true },
    { label: words.confirmation, text: form.confirmationTemplate },
    { label: words.afterHours, text: form.afterHoursText ?? "" },
    { label: words.followUp, text: form.followUpTemplate },
    { label: words.thanks, text: form.thanksText },
    { label: words.away, text: form.awayText ?? "" },
    { label: PROFILE_STATE[language].text, text: form.pausedText ?? "" },
    { label: words.aliases, text: (form.aliases ?? []).join("\n") },
  ];
}

function buttonLine({ text, choice }: ProfileForm["buttons"][number]): string {
  return choice === "" ? text : `${text} → ${choice}`;
}

export function SideBySide({ mine, theirs, words }: {
  readonly mine: readonly Part[];
  readonly theirs: readonly Part[];
  readonly words: ProfileWords;
}) {
  return (
    <table class="versions">
      <thead>
        <tr>
          <th scope="col">{words.place}</th>
          <th scope="col">{words.theirs}</th>
          <th scope="col">{words.mine}</th>
        </tr>
      </thead>
      <tbody>
        {mine.map(({ label, text }, index) => {
          const other = theirs[index]?.text ?? "";
          if (other === text) return null;
          const pieces = diffWords(other, text);
          return (
            <tr>
              <th scope="row">{label}</th>
              <td data-label={words.theirs}>
                <Pieces pieces={pieces.filter(({ kind }) => kind !== "added")} />
                {other === "" && <em>{words.empty}</em>}
              </td>
              <td data-label={words.mine}>
                <Pieces pieces={pieces.filter(({ kind }) => kind !== "removed")} />
                {text === "" && <em>{words.empty}</em>}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

export function Pieces({ pieces }: { readonly pieces: readonly Piece[] }) {
  return (
    <span class="pieces">
      {pieces.map(({ kind, text }, index) => {
        // The precompiled templates escape a bare string in a list twice.
        if (kind === "same") return <span key={index}>{text}</span>;
        return kind === "removed" ? <del key={index}>{text}</del> : <ins key={index}>{text}</ins>;
      })}
    </span>
  );
}
