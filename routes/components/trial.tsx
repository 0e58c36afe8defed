// How a test lead ended.

import type { WebhookTrial } from "../../lib/crm/webhook_trial.ts";
import { faultSentence } from "../words/faults.ts";
import { meaningOf, type ProfileWords } from "../words/profile.ts";
import type { Frame } from "./page.tsx";
import { duration } from "./time.ts";
import { TrialLine } from "./trial_line.tsx";

/** The result of the test lead: status, time, the CRM's answer, and its meaning. */
export function Trial({ trial, words, frame }: {
  readonly trial: WebhookTrial | "empty";
  readonly words: ProfileWords;
  readonly frame: Frame;
}) {
  if (trial === "empty") return <TrialLine good={false} text={words.trialEmpty} />;
  if (trial.kind === "impossible") return <TrialLine good={false} text={words.trialImpossible} />;
  if (trial.kind === "faulty") {
    return <TrialLine good={false} text={faultSentence(trial.fault, frame.language)} />;
  }
  if (trial.kind === "forbidden") return <TrialLine good={false} text={words.trialForbidden} />;
  const { outcome, answer, tookMs } = trial;
  const took = duration(tookMs, frame.language);
  const status = "status" in outcome ? `${words.trialTook(outcome.status, took)} — ` : "";
  const good = outcome.kind === "accepted";
  return (
    <TrialLine good={good} text={status + meaningOf(outcome, words, took)}>
      {answer !== "" && (
        <details open={!good}>
          <summary>{words.trialAnswer}</summary>
          <samp>{answer}</samp>
        </details>
      )}
      {good && <p class="hint">{words.trialMark}</p>}
    </TrialLine>
  );
}
