// Preview for visitors and managers, built by the functions that write the bot's messages.

import { cardMessage } from "../../lib/managers/card_messages.ts";
import { followUpParts } from "../../lib/managers/cards.ts";
import type { Lead, Visitor } from "../../lib/lead.ts";
import { choiceText, hasDestination, type Profile } from "../../lib/profiles/profile.ts";
import {
  confirmation,
  greeting,
  type PhoneMessages,
  phoneMessages,
  thanks,
} from "../../lib/visitors/texts.ts";
import type { Language } from "../../lib/page/language.ts";
import { PHONE } from "../words/phone.ts";
import { PREVIEW } from "../words/preview.ts";
import { PROFILE_STATE } from "../words/profile_state.ts";
import { OutgoingPreview, type OutgoingView } from "./crm/outgoing_preview.tsx";
import { ButtonCautions } from "./button_cautions.tsx";
import { photoAddress } from "./photo_field.tsx";
import { Keyboard, Message } from "./telegram.tsx";

const A_VISITOR: Visitor = {
  userId: 1,
  username: "betterrman",
  firstName: "Galliard",
  lastName: null,
  language: "ru",
};

const THEIR_PHONE = "+79161234567";
const THEIR_WORDS = "https://example.com";

export interface PreviewProps {
  readonly language: Language;
  readonly profile: Profile;
  /** In the base language, which the managers and the CRM always get. */
  readonly base: Profile;
  readonly pressed: number;
  readonly form: string;
  /** What leaves for the CRM; undefined where that cannot be changed. */
  readonly outgoing?: OutgoingView;
}

export function ProfilePreview(props: PreviewProps) {
  const { language, profile, base, pressed, form, outgoing } = props;
  const words = PREVIEW[language];
  const { text, photoUrl, photoFile, keyboard } = greeting(profile);
  const button = profile.buttons[pressed] ?? profile.buttons[0];
  const baseButton = base.buttons[pressed] ?? base.buttons[0];
  return (
    <section class="preview" id="preview" aria-label={words.title}>
      <h2>{words.visitor}</h2>
      <div class="phone">
        <Message
          text={text}
          photoUrl={photoAddress(photoFile) ?? photoUrl}
          part="caption photo photo_url"
        >
          <Keyboard
            keyboard={keyboard}
            draw={(label, index) => (
              <button
                type="submit"
                class="key"
                form={form}
                name="do"
                value={`press:${index}`}
                aria-pressed={profile.buttons[index] === button ? "true" : "false"}
                data-part="button_text"
              >
                {label}
              </button>
            )}
          />
        </Message>
        <ButtonCautions texts={profile.buttons.map(({ text }) => text)} language={language} />
        {button !== undefined && (
          <>
            <p class="press">{words.pressed(button.text)}</p>
            <Message
              text={confirmation(profile, choiceText(profile, button))}
              part="confirmation"
            />
            {profile.afterHoursText !== null && (
              <>
                <p class="press">{words.afterHours}</p>
                <Message
                  text={confirmation(profile, choiceText(profile, button), false)}
                  part="after_hours"
                />
              </>
            )}
            {profile.phone !== null && (
              <PhonePreview messages={phoneMessages(profile.phone)} language={language} />
            )}
            <p class="press">{words.wrote(THEIR_WORDS)}</p>
            <Message text={thanks(profile)} part="thanks" />
            {profile.awayText !== null && (
              <>
                <p class="press">{words.wasAway}</p>
                <Message text={profile.awayText} part="away">
                  <Keyboard
                    keyboard={keyboard}
                    draw={(label) => <span class="key">{label}</span>}
                  />
                </Message>
              </>
            )}
          </>
        )}
        {profile.pausedText !== null && (
          <>
            <p class="press">{PROFILE_STATE[language].instead}</p>
            <Message text={profile.pausedText} part="paused_text" />
          </>
        )}
      </div>
      {outgoing !== undefined && <OutgoingPreview view={outgoing} language={language} />}
      {baseButton !== undefined && <Managers profile={base} button={baseButton} words={words} />}
    </section>
  );
}

function PhonePreview({ messages, language }: {
  readonly messages: PhoneMessages;
  readonly language: Language;
}) {
  const { ask, share, skip, thanks } = messages;
  return (
    <>
      <Message text={ask} part="phone_ask phone_wait">
        <div class="keyboard">
          {[share, skip].map((label, index) => (
            <div class="row">
              <span class="key" data-part={index === 0 ? "phone_share" : "phone_skip"}>
                {label}
              </span>
            </div>
          ))}
        </div>
      </Message>
      <p class="press">{PHONE[language].shared}</p>
      <Message text={thanks} part="phone_thanks" />
    </>
  );
}

const NEW_CARD = {
  lastAttempt: null,
  sending: false,
  deal: null,
  closed: null,
  owner: null,
  returned: null,
  returnableUntilMs: null,
} as const;

function Managers({ profile, button, words }: {
  readonly profile: Profile;
  readonly button: Profile["buttons"][number];
  readonly words: typeof PREVIEW["ru"];
}) {
  const lead = sampleLead(profile, choiceText(profile, button));
  const reason = hasDestination(profile) ? "crm_failed" : "no_webhook";
  const { message, keyboard } = cardMessage(
    [{ ...NEW_CARD, lead, reason }],
    () => "12:04",
    () => hasDestination(profile),
  );
  const content = { text: THEIR_WORDS, entities: [], media: null, captionable: false };
  const followUp = { number: 1, lead: 1, chatId: 1, messageIds: [1], content, partsShown: 0 };
  const parts = followUpParts(followUp, A_VISITOR, profile.followUpTemplate);
  return (
    <>
      <h2>{words.manager}</h2>
      <p class="hint">{reason === "no_webhook" ? words.noWebhook : words.onlyWhenCrmFails}</p>
      <div class="phone">
        <Message text={message.text} entities={message.entities} part="name button_choice">
          <Keyboard keyboard={keyboard} draw={(label) => <span class="key">{label}</span>} />
        </Message>
        {parts.map((part) =>
          part.kind === "text" && (
            <Message text={part.message.text} entities={part.message.entities} part="follow_up" />
          )
        )}
      </div>
    </>
  );
}

/** The invented visitor's lead. */
export function sampleLead(profile: Profile, choice: string): Lead {
  return {
    number: 1,
    id: "",
    state: "in_admin_chat",
    profile: profile.key,
    profileName: profile.name,
    choice,
    visitor: A_VISITOR,
    chatId: 1,
    menuMessageId: 1,
    receivedAtMs: 0,
    source: null,
    phone: profile.phone === null ? null : THEIR_PHONE,
    card: null,
  };
}
