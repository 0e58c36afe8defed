// The topic of a forum group that messages go to, and the group without a topic while it takes none. Sends nothing.

/** How long a topic that took nothing is left alone before a message tries it again, in ms. */
export const TOPIC_RETRY_MS = 5 * 60_000;

/** Where messages of a forum group go, as its topic takes them or not. */
export interface Topic {
  /** Where the next message goes: the topic's id, or null for the group without a topic. */
  next(): number | null;
  /** The topic took a message. */
  took(): void;
  /** The topic refused a message that the group without it took. */
  refused(reason: string): void;
}

/** What a topic starts from. */
export interface TopicOptions {
  /** Null where messages go into no topic. */
  readonly topicId: number | null;
  /** Whether it took nothing when an earlier process last tried: then it is tried at once, and the change is not reported again. */
  readonly isAway: boolean;
  /** Told once when it takes nothing any more, and once when it is back. */
  readonly onChange: (isAway: boolean, reason: string) => void;
  /** A monotonic clock for spans, in ms. */
  readonly now: () => number;
}

/** Starts as an earlier process left it. */
export function createTopic({ topicId, isAway, onChange, now }: TopicOptions): Topic {
  let away = isAway;
  let tryAtMs = -Infinity;

  function change(to: boolean, reason: string): void {
    if (away !== to) onChange(to, reason);
    away = to;
  }

  return {
    next: () => away && now() < tryAtMs ? null : topicId,
    took: () => change(false, ""),
    refused(reason) {
      tryAtMs = now() + TOPIC_RETRY_MS;
      change(true, reason);
    },
  };
}
