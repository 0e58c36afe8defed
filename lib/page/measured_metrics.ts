// The bot's own measures as metrics: times, outcomes of POSTs, refusals of Telegram. Every label's values are bounded.

import type { CrmOutcome } from "../lead.ts";
import { type Measures, PAGE_KINDS } from "../measures.ts";
import { RANKS } from "../telegram/send_pace.ts";
import type { Metric } from "./exposition.ts";

const OUTCOMES: Readonly<Record<CrmOutcome["kind"], true>> = {
  accepted: true,
  answered: true,
  unreachable: true,
  interrupted: true,
  timeout: true,
  client: true,
  unsent: true,
  unexpected: true,
};

/** The metrics. Counters are there from zero, so that the first event is an increase. @param profiles The current keys. */
export function measuredMetrics(measures: Measures, profiles: Iterable<string>): Metric[] {
  const { confirmations, acceptances, pages } = measures;
  return [
    {
      name: "triborg_press_to_confirmation_seconds",
      help: "From a press, as Telegram handed it over, until Telegram has the confirmation.",
      type: "histogram",
      samples: [{ reading: confirmations.read() }],
    },
    {
      name: "triborg_press_to_accepted_seconds",
      help: 'From a press until the CRM accepted its lead at the first wish; with phone="asked" ' +
        "the lead waits for the visitor's answer.",
      type: "histogram",
      samples: [
        { labels: { phone: "not_asked" }, reading: acceptances.atOnce.read() },
        { labels: { phone: "asked" }, reading: acceptances.afterPhone.read() },
      ],
    },
    {
      name: "triborg_crm_outcomes_total",
      help: "POSTs to CRMs since the start, by profile and how they ended.",
      type: "counter",
      samples: [...profiles].flatMap((profile) => {
        const counts = measures.outcomesOf(profile);
        return Object.keys(OUTCOMES).map((outcome) => ({
          labels: { profile, outcome },
          value: counts.get(outcome) ?? 0,
        }));
      }),
    },
    {
      name: "triborg_telegram_too_many_requests_total",
      help: "Messages that Telegram declined with 429 since the start, by their urgency.",
      type: "counter",
      samples: RANKS.map((rank) => ({ labels: { rank }, value: measures.tooManyOf(rank) })),
    },
    {
      name: "triborg_page_request_duration_seconds",
      help: "From a request until the page was ready, by kind of page, with the wait for its turn.",
      type: "histogram",
      samples: PAGE_KINDS.map((page) => ({ labels: { page }, reading: pages[page].read() })),
    },
  ];
}
