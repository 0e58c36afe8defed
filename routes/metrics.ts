// Metrics for Prometheus, behind METRICS_TOKEN. No personal data.

import { HttpError } from "fresh";
import { isSameSecret } from "../lib/same_secret.ts";
import { type HealthFacts, reportOf } from "../lib/page/health_report.ts";
import { exposition, EXPOSITION_TYPE, type Metric } from "../lib/page/exposition.ts";
import { measuredMetrics } from "../lib/page/measured_metrics.ts";
import { define, type WebDeps } from "../lib/page/state.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { deps } = ctx.state;
    const { metricsToken } = deps.config;
    if (metricsToken === null) throw new HttpError(404);
    const [scheme = "", given = ""] = (ctx.req.headers.get("authorization") ?? "").split(" ");
    if (scheme.toLowerCase() !== "bearer" || !isSameSecret(given, metricsToken)) {
      return ctx.text("METRICS_TOKEN is missing or wrong\n", {
        status: 401,
        headers: { "www-authenticate": "Bearer" },
      });
    }
    const text = exposition(await measure(deps, await deps.health()));
    return ctx.text(text, { headers: { "content-type": EXPOSITION_TYPE } });
  },
});

/** The journal counts a lead that a block holds back among those in the chat. */
async function leadsByState({ leadTotals, blockedTotals }: WebDeps["journal"]) {
  const blocked = new Map((await blockedTotals()).map(({ profile, leads }) => [profile, leads]));
  const sample = (profile: string, state: string, value: number) => ({
    labels: { profile, state },
    value,
  });
  return [
    ...(await leadTotals()).map(({ profile, state, leads }) => {
      const apart = state === "in_admin_chat" ? blocked.get(profile) ?? 0 : 0;
      return sample(profile, state, leads - apart);
    }),
    ...[...blocked].map(([profile, leads]) => sample(profile, "blocked", leads)),
  ];
}

async function measure(
  { journal, measures, profiles }: WebDeps,
  facts: HealthFacts,
): Promise<Metric[]> {
  const { rss, heapUsed } = Deno.memoryUsage();
  const { polledAtMs, oldestUndeliveredAtMs, oldestUnsentAnswerAtMs, nowMs, startedAtMs } = facts;
  const ageOf = (atMs: number | undefined) =>
    atMs === undefined ? [] : [{ value: (nowMs - atMs) / 1000 }];
  return [
    {
      name: "triborg_healthy",
      help: "1 while /health answers 200.",
      type: "gauge",
      samples: [{ value: Number(reportOf(facts).ok) }],
    },
    {
      name: "triborg_leads",
      help: "Leads by profile and state; those of blocked visitors stand by themselves.",
      type: "gauge",
      samples: await leadsByState(journal),
    },
    {
      name: "triborg_open_cards",
      help: "Open cards in the managers' chat.",
      type: "gauge",
      samples: [{ value: (await journal.countOpen()).cards }],
    },
    {
      name: "triborg_profile_state",
      help: "1 for the state that a profile is in: draft, live or paused.",
      type: "gauge",
      samples: [...facts.profileStates ?? []].map(([profile, state]) => ({
        labels: { profile, state },
        value: 1,
      })),
    },
    {
      name: "triborg_repeated_presses_total",
      help: "Presses that repeated a lead within REPEAT_WINDOW_MINUTES, by profile.",
      type: "counter",
      samples: (await journal.repeatTotals()).map(({ profile, presses }) => ({
        labels: { profile },
        value: presses,
      })),
    },
    {
      name: "triborg_oldest_undelivered_lead_age_seconds",
      help: "Age of the oldest lead that neither a CRM nor the managers' chat has.",
      type: "gauge",
      samples: ageOf(oldestUndeliveredAtMs),
    },
    {
      name: "triborg_owed_work",
      help: "Work that is owed to visitors, CRMs and managers, by kind.",
      type: "gauge",
      samples: [
        ...await journal.owedTotals(),
        ...(await journal.owedAnswerTotals()).map(({ kind, works }) => ({
          kind: `answer_${kind}`,
          works,
        })),
      ].map(({ works, ...labels }) => ({ labels, value: works })),
    },
    {
      name: "triborg_oldest_unsent_answer_age_seconds",
      help: "Age of the oldest manager's answer that its visitor does not have yet.",
      type: "gauge",
      samples: ageOf(oldestUnsentAnswerAtMs),
    },
    {
      name: "triborg_owed_work_by_lane",
      help: "Owed work by lane, with answers and notes to deals; CRMs are taken together.",
      type: "gauge",
      samples: [...await journal.owedByLane()].map(([lane, value]) => ({
        labels: { lane },
        value,
      })),
    },
    {
      name: "triborg_crm_attempts_total",
      help: "POSTs to CRMs by how they ended.",
      type: "counter",
      samples: (await journal.attemptTotals()).map(({ attempts, ...labels }) => ({
        labels,
        value: attempts,
      })),
    },
    {
      name: "triborg_last_poll_age_seconds",
      help: "Time since Telegram last answered a poll.",
      type: "gauge",
      samples: ageOf(polledAtMs),
    },
    {
      name: "triborg_uptime_seconds",
      help: "Time since the process started.",
      type: "gauge",
      samples: ageOf(startedAtMs),
    },
    {
      name: "process_resident_memory_bytes",
      help: "Resident memory.",
      type: "gauge",
      samples: [{ value: rss }],
    },
    {
      name: "triborg_heap_used_bytes",
      help: "Heap in use.",
      type: "gauge",
      samples: [{ value: heapUsed }],
    },
    ...measuredMetrics(measures, profiles.current().byKey.keys()),
  ];
}
