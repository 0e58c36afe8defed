// What a press on a lead did, and the live region in which the script says it.

import type { AttemptRecord, Lead } from "../../lib/lead.ts";
import { PRESS, type PressWords } from "../words/lead_press.ts";
import type { Frame } from "./page.tsx";

const WISHES = [
  "asked",
  "running",
  "settled",
  "closed",
  "erased",
  "returned",
  "open",
  "late",
  "taken",
  "yours",
  "owned",
] as const;

/** What a press asked for, as named in the next page's address. */
export type Wish = typeof WISHES[number];

export interface Done {
  readonly wish: Wish;
  readonly sending: boolean;
  readonly attempt: AttemptRecord | undefined;
}

export function readWish({ searchParams }: URL): Wish | undefined {
  return WISHES.find((each) => each === searchParams.get("done"));
}

/** The page at `back` with the result of a press on a lead. */
export function donePath({ number }: Pick<Lead, "number">, wish: Wish, back: string): string {
  const own = `/leads/${number}`;
  if (back === own) return `${own}?done=${wish}`;
  return `${back}${back.includes("?") ? "&" : "?"}done=${wish}&lead=${number}#lead-${number}`;
}

/** Where the script reloads the lead from: its row in the list at `back`, or its own page. */
export function freshPath({ number }: Lead, wish: Wish | undefined, back?: string): string {
  const parameters = new URLSearchParams();
  if (back !== undefined) parameters.set("row", back);
  if (wish !== undefined) parameters.set("done", wish);
  return `/leads/${number}?${parameters}`;
}

/** The result of a press; a screen reader announces changes. */
export function LeadNote({ done, here, more, frame }: {
  readonly done: Done;
  /** The address that shows it again, for those without scripts. */
  readonly here: string;
  readonly more?: string | undefined;
  readonly frame: Pick<Frame, "language">;
}) {
  const words = PRESS[frame.language];
  const { text, light } = noteOf(done, words);
  return (
    <p class={`lead-note ${light}`}>
      <span data-told>{text}</span>
      {more !== undefined && ` ${more}`}
      {done.sending && (
        <noscript>
          {" "}
          <a href={here}>{words.reload}</a>
        </noscript>
      )}
    </p>
  );
}

function noteOf(
  { wish, sending, attempt }: Done,
  words: PressWords,
): { readonly text: string; readonly light: "good" | "warning" | "quiet" } {
  if (wish === "closed" || wish === "erased" || wish === "returned" || wish === "taken") {
    return { text: words.done[wish], light: "good" };
  }
  if (wish === "settled" || wish === "open" || wish === "late" || wish === "owned") {
    return { text: words.done[wish], light: "warning" };
  }
  if (wish === "yours") return { text: words.done.yours, light: "quiet" };
  if (sending) return { text: words.done[wish], light: "quiet" };
  const outcome = attempt?.outcome ?? null;
  if (outcome === null) return { text: words.done.unknown, light: "warning" };
  if (outcome === "accepted") return { text: words.ended.accepted, light: "good" };
  const status = attempt?.status ?? null;
  if (outcome === "answered") return { text: words.endedAnswered(status ?? 0), light: "warning" };
  const isDoubtful = outcome === "interrupted" && status !== null;
  return {
    text: isDoubtful ? words.endedDoubtful(status) : words.ended[outcome],
    light: "warning",
  };
}

/** The live region for screen readers; the script fills it, and has from it what to say when it cannot follow a lead. */
export function Told({ frame }: { readonly frame: Pick<Frame, "language"> }) {
  const { lost, loggedOut, late } = PRESS[frame.language].following;
  return (
    <p
      id="told"
      class="visually-hidden"
      role="status"
      data-lost={lost}
      data-logged-out={loggedOut}
      data-late={late}
    />
  );
}
