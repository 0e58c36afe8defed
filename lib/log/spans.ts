// Spans: one for everything that is done for one update, one attempt or one send. Knows no log and no telemetry.

import { AsyncLocalStorage } from "node:async_hooks";

export type SpanKind = "update" | "attempt" | "send";

/** A span as it begins. */
export interface NewSpan {
  readonly kind: SpanKind;
  /** The same whenever this is done again, also after a restart, such as `update-42`. */
  readonly id: string;
  /** The kind of work, of a send. */
  readonly work?: string;
  readonly chat?: number | undefined;
  readonly lead?: number | undefined;
  readonly profile?: string;
}

/** What becomes known of a span while it runs. */
export interface Learned {
  readonly chat?: number | undefined;
  readonly lead?: number | undefined;
  readonly profile?: string;
  /** How it ended, in one word. */
  readonly outcome?: string;
}

/** A span that runs or has ended. */
export interface Span extends NewSpan, Learned {}

/** Follows spans; `parent` is the span that it began in. What it returns is called when the span has ended. */
export type FollowSpan = (span: Span, parent: Span | undefined) => (end: "done" | "thrown") => void;

/** Runs work as spans. What asynchronous work a span begins is in it too. */
export interface Spans {
  span<T>(span: NewSpan, work: () => Promise<T>): Promise<T>;
  /** Adds to the current span; does nothing outside of one. */
  learned(facts: Learned): void;
  /** Runs work outside of any span, such as a queue that an update merely wakes. */
  apart(work: () => void): void;
}

/** Spans that can be asked for. */
export interface KeptSpans extends Spans {
  current(): Span | undefined;
}

/** For a log without fields: work runs as if there were no spans, at no cost. */
export const NO_SPANS: KeptSpans = {
  span: (_span, work) => work(),
  learned: () => {},
  apart: (work) => work(),
  current: () => undefined,
};

/** Creates spans that are kept, and told to `follow`. */
export function createSpans(follow?: FollowSpan): KeptSpans {
  const storage = new AsyncLocalStorage<Learnable<Span> | undefined>();

  async function followed<T>(
    span: Span,
    work: () => Promise<T>,
    end: ReturnType<FollowSpan>,
  ): Promise<T> {
    try {
      const result = await storage.run(span, work);
      end("done");
      return result;
    } catch (error) {
      end("thrown");
      throw error;
    }
  }

  return {
    span(started, work) {
      const span = { ...started };
      if (follow === undefined) return storage.run(span, work);
      // An update begins a story of its own.
      const parent = span.kind === "update" ? undefined : storage.getStore();
      return followed(span, work, follow(span, parent));
    },
    learned(facts) {
      const span = storage.getStore();
      if (span !== undefined) Object.assign(span, facts);
    },
    apart: (work) => storage.run(undefined, work),
    current: () => storage.getStore(),
  };
}

type Learnable<T> = { -readonly [Key in keyof T]: T[Key] };
