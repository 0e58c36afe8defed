// Which topic of a forum group messages go to, and the group without a topic while that one refuses them. Sends nothing.

/** How long messages pass by a topic that refused one before it is tried again, in ms. */
export const TOPIC_RETRY_MS = 5 * 60_000;

/** Where messages of a forum group go. */
export interface Topic {
  /** The topic for the next message; null for the group without a topic. */
  next(): number | null;
  /** The topic took a message. */
  took(): void;
  /** The topic refused a message that the group without it took. */
  refused(reason: string): void;
}

/** The topic, and its last known state. */
export interface TopicOptions {
  /** Null if messages go into no topic. */
  readonly topicId: number | null;
  /** Whether it refused messages when an earlier process last tried: it is tried at once, and its change is not reported again. */
  readonly isAway: boolean;
  /** Called once when it begins to refuse messages, and once when it takes them again. */
  readonly onChange: (isAway: boolean, reason: string) => void;
  /** A monotonic clock for spans, in ms. */
  readonly now: () => number;
}

/** Creates a topic in the state that an earlier process left it in. */
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
