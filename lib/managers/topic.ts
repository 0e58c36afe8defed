// Chooses a forum group's topic for messages, or none while the topic refuses them. Sends nothing.

/** How long a topic that refused a message is avoided, in ms. */
export const TOPIC_RETRY_MS = 5 * 60_000;

/** The topic of a forum group. */
export interface Topic {
  /** The topic for the next message; null for none. */
  next(): number | null;
  /** Notes that the topic took a message. */
  took(): void;
  /** Notes that the topic refused a message that the group took without it. */
  refused(reason: string): void;
  /** Goes on from what another process knew last. */
  goOnFrom(isAway: boolean): void;
}

/** The topic, and its last known state. */
export interface TopicOptions {
  readonly topicId: number | null;
  /** Whether it refused the last message of an earlier process; it is tried at once. */
  readonly isAway: boolean;
  /** Called when it begins to refuse messages, and when it takes them again. */
  readonly onChange: (isAway: boolean, reason: string) => void;
  /** A monotonic clock for spans, in ms. */
  readonly now: () => number;
}

/** Creates a topic in its last known state. */
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
    goOnFrom(isAway) {
      away = isAway;
      tryAtMs = -Infinity;
    },
  };
}
