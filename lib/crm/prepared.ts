// A POST that is ready to be sent, and who says what its answer means. Sends nothing.

import type { CrmOutcome } from "../lead.ts";

/** The POST of a lead, or of what belongs to one, ready to be sent. */
export interface PreparedPost {
  readonly url: string;
  /** POST unless given. */
  readonly method?: "PATCH";
  /** Set where the address holds no secret; else its parts are masked in all output. */
  readonly isUrlPublic?: true;
  /** Headers besides those of every POST; a `content-type` replaces `application/json`. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, to be sent byte for byte: a signature may cover it. */
  readonly body: string;
  readonly judge: Judge;
}

/** An answer to a POST or GET. */
export interface CrmAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly retryAfter: string | null;
  /** Empty where the judge does not want it. */
  readonly text: string;
  /** False when the answer was cut off, by a limit or by the network. */
  readonly isWhole: boolean;
}

/** Says what an answer means. */
export interface Judge {
  /** Whether the body is needed for a verdict. */
  wantsBody(status: number): boolean;
  /** Texts of the outcome are those of the CRM, uncut: the caller masks secrets and cuts. */
  outcomeOf(answer: CrmAnswer): CrmOutcome;
}

/** What a destination needs besides the profile and the lead. */
export interface DestinationContext {
  readonly secret: (name: string) => string | undefined;
  readonly botUsername: string | undefined;
  /** Replaces `https://`: calls go to `<root>/<account>/api/v4/…`. */
  readonly amoCrmRoot: string | null;
  readonly nowMs: number;
}

/** Why there can be no POST; a sentence without secrets. */
export interface NoPost {
  readonly fault: string;
}
