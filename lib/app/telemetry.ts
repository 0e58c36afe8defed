// The bot's own OpenTelemetry spans and metrics, which Deno sends. They hold numbers, keys of profiles and fixed words: no name, no
// address, no token. main.ts imports this file only where OTEL_DENO is on.

import {
  type Meter,
  ROOT_CONTEXT,
  type Span as Trace,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { FollowSpan, Span, SpanKind } from "../log/spans.ts";
import { VERSION } from "../version.ts";

/** Where spans and metrics go. */
export interface Telemetry {
  readonly follow: FollowSpan;
  /** Reports how much work is owed, whenever Deno sends metrics; `read` is called then. */
  observeOwed(read: () => Promise<readonly OwedTotal[]>): void;
}

/** How much work of a kind is owed. */
export interface OwedTotal {
  readonly kind: string;
  readonly works: number;
}

/** Upper bounds of the histograms, in seconds: a confirmation takes some ms, a silent CRM up to 120 s. */
const BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/**
 * Creates the telemetry on Deno's exporter. Deno's own spans stay off (OTEL_DENO_TRACING=false): they hold whole addresses.
 * That switch also keeps Deno from registering its providers with the OpenTelemetry API, so they are taken from `Deno.telemetry`.
 *
 * @returns undefined where Deno did not start its exporter, because OTEL_DENO is set in `.env` alone.
 */
export function createTelemetry(elapsedMs: () => number): Telemetry | undefined {
  const tracer: Tracer = Deno.telemetry.tracerProvider.getTracer(SCOPE, VERSION);
  if (!isStarted(tracer)) return undefined;
  const meter: Meter = Deno.telemetry.meterProvider.getMeter(SCOPE, VERSION);
  const durations = {
    update: durationsOf(meter, "update"),
    attempt: durationsOf(meter, "attempt"),
    send: durationsOf(meter, "send"),
  };
  const traces = new WeakMap<Span, Trace>();

  return {
    follow(span, parent) {
      const parentTrace = parent && traces.get(parent);
      const context = parentTrace === undefined
        ? ROOT_CONTEXT
        : trace.setSpan(ROOT_CONTEXT, parentTrace);
      const own = tracer.startSpan(nameOf(span), {}, context);
      traces.set(span, own);
      const begunAtMs = elapsedMs();
      return (end) => {
        const outcome = end === "thrown" ? "defect" : span.outcome ?? "done";
        own.setAttributes(attributesOf(span, outcome));
        if (!GOOD.has(outcome)) own.setStatus({ code: SpanStatusCode.ERROR });
        own.end();
        durations[span.kind].record((elapsedMs() - begunAtMs) / 1000, {
          outcome,
          ...span.kind === "send" && { work: span.work ?? "" },
          ...span.kind === "attempt" && { profile: span.profile ?? "" },
        });
      };
    },
    observeOwed(read) {
      const owed = meter.createObservableGauge("triborg.owed_work", {
        description: "Work that is owed to visitors, CRMs and managers",
      });
      owed.addCallback(async (result) => {
        for (const { kind, works } of await readable(read)) result.observe(works, { work: kind });
      });
    },
  };
}

const SCOPE = "triborg";

/** Outcomes that are no fault. */
const GOOD: ReadonlySet<string> = new Set(["done", "accepted", "sent", "shown", "stopped"]);

function isStarted(tracer: Tracer): boolean {
  try {
    tracer.startSpan("start").end();
    return true;
  } catch {
    return false;
  }
}

/** Nothing where the journal is closed or broken: that is reported elsewhere, and a throw here would end the bot. */
async function readable(read: () => Promise<readonly OwedTotal[]>): Promise<readonly OwedTotal[]> {
  try {
    return await read();
  } catch {
    return [];
  }
}

function durationsOf(meter: Meter, kind: SpanKind) {
  return meter.createHistogram(`triborg.${kind}.duration`, {
    unit: "s",
    advice: { explicitBucketBoundaries: BOUNDS_S },
  });
}

/** Few names, so that a tool can group by them. */
function nameOf({ kind, work }: Span): string {
  return work === undefined ? kind : `${kind} ${work}`;
}

function attributesOf({ id, chat, lead, profile }: Span, outcome: string) {
  return {
    "triborg.span": id,
    "triborg.outcome": outcome,
    ...chat !== undefined && { "triborg.chat": String(chat) },
    ...lead !== undefined && { "triborg.lead": lead },
    ...profile !== undefined && { "triborg.profile": profile },
  };
}
