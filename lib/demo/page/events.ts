// The stage's moves as server-sent events, and waiting for the bot's reaction.
// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html

import type { Stage } from "../stage/stage.ts";

/** So many events may wait for a browser that does not read; then its connection ends, and it connects anew. */
const MOST_WAITING = 200;

/** Without a script: how long a POST waits for the bot's reaction, and for silence after it, in ms. */
const REACTION_MS = 1_500;
const SILENCE_MS = 150;

/** Every move as an event, until the browser goes. */
export function streamMoves(stage: Pick<Stage, "onMove">): Response {
  const encoder = new TextEncoder();
  let stop = () => {};
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(": welcome\n\n"));
      stop = stage.onMove((move) => {
        if ((controller.desiredSize ?? 0) < -MOST_WAITING) {
          stop();
          return controller.close();
        }
        controller.enqueue(encoder.encode(`data: ${move}\n\n`));
      });
    },
    cancel: () => stop(),
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}

/** The bot's reaction to what a person is about to do. */
export interface Reaction {
  /** Resolves when the bot has reacted and is silent again, or after a while. */
  readonly made: Promise<void>;
  /** Waits no more. */
  readonly cancel: () => void;
}

/** Begins to wait, so that a browser without script gets a page with the bot's answer on it. */
export function awaitReaction(stage: Pick<Stage, "onMove">): Reaction {
  const { promise, resolve } = Promise.withResolvers<void>();
  let silence: ReturnType<typeof setTimeout> | undefined;
  let moves = 0;
  const stop = stage.onMove(() => {
    moves += 1;
    clearTimeout(silence);
    if (moves > 1) silence = setTimeout(end, SILENCE_MS); // The first is what the person did.
  });
  const timer = setTimeout(end, REACTION_MS);
  function end(): void {
    clearTimeout(timer);
    clearTimeout(silence);
    stop();
    resolve();
  }
  return { made: promise, cancel: end };
}
