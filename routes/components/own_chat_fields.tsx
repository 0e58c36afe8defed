// The fields of a profile's form about a managers' chat of its own, and what is known of that chat.

import { field } from "../../lib/page/form.ts";
import type { OwnChatState } from "../../lib/page/health_report.ts";
import type { Fault } from "../../lib/profiles/faults.ts";
import type { OwnChatForm } from "../../lib/profiles/managers_chat.ts";
import { OWN_CHAT } from "../words/own_chat.ts";
import { faultOfFile } from "../words/faults.ts";
import { TextField } from "./fields.tsx";
import type { FormFaults } from "./form_faults.ts";
import type { Frame } from "./page.tsx";
import { TrialLine } from "./trial_line.tsx";

/** What is known of the saved chat. */
export type OwnChatView =
  /** There is none, or the form has another one. */
  | { readonly kind: "none" }
  /** The file has what cannot be a chat. */
  | { readonly kind: "faulty"; readonly fault: Fault }
  | { readonly kind: "known"; readonly state: OwnChatState };

/** The fields as they were posted; undefined for a form that does not have them. */
export function readOwnChatForm(form: URLSearchParams): OwnChatForm | undefined {
  if (!form.has("managers_chat_id")) return undefined;
  return {
    chatId: field(form, "managers_chat_id").trim(),
    topicId: field(form, "topic_id").trim(),
  };
}

export function OwnChatFields({ form, view, faults, frame }: {
  readonly form: OwnChatForm;
  readonly view: OwnChatView;
  readonly faults: FormFaults;
  readonly frame: Frame;
}) {
  const words = OWN_CHAT[frame.language];
  const common = (name: string) => ({
    name,
    fault: faults.of(name),
    focus: faults.isFirst(name),
  });
  return (
    <fieldset class="own-chat">
      <legend>{words.title}</legend>
      <p class="hint">{words.hint}</p>
      <TextField
        {...common("managers_chat_id")}
        label={words.chat}
        value={form.chatId}
        placeholder="-1001234567890"
        hint={words.chatHint}
        isKey
      />
      <TextField
        {...common("topic_id")}
        label={words.topic}
        value={form.topicId}
        inputMode="decimal"
        narrow
        hint={words.topicHint}
      />
      <Condition view={view} frame={frame} />
    </fieldset>
  );
}

function Condition({ view, frame }: { readonly view: OwnChatView; readonly frame: Frame }) {
  const words = OWN_CHAT[frame.language];
  if (view.kind === "none") return null;
  if (view.kind === "faulty") {
    const text = words.faulty[frame.place](faultOfFile(view.fault, frame.language));
    return <TrialLine good={false} text={text} />;
  }
  const { problem, failsSinceMs, isUsable, isTopicRefused } = view.state;
  if (problem !== undefined) return <TrialLine good={false} text={words.problem[problem]} />;
  if (failsSinceMs !== undefined) {
    return <TrialLine good={false} text={words.failing(frame.when(failsSinceMs))} />;
  }
  if (!isUsable) return <p class="hint" role="status">{words.checking}</p>;
  return isTopicRefused
    ? <TrialLine good={false} text={words.topicRefused} />
    : <TrialLine good text={words.usable} />;
}
