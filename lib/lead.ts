// The domain types: lead, follow-up, states, outcomes, allowed moves. Imports nothing.

export const LEAD_STATES = [
  "received",
  "in_crm",
  "in_admin_chat",
  "undelivered",
  "by_hand",
] as const;

/** Where a lead is. `received` and `undelivered` still have to be delivered. */
export type LeadState = typeof LEAD_STATES[number];

/** Where a lead is, as people read it: the same words in the chat, on the page and in the CSV. */
export const PLACES = [
  "on_its_way",
  "in_admin_chat",
  "held",
  "blocked",
  "in_crm",
  "by_hand",
] as const;
export type Place = typeof PLACES[number];

/**
 * The place of a lead.
 *
 * @param held Whether it was held back from the CRM: then no card of it is in the chat.
 * @param blocked Whether that was because its visitor was blocked.
 */
export function placeOf(state: LeadState, held: boolean, blocked = false): Place {
  if (state === "received" || state === "undelivered") return "on_its_way";
  if (state !== "in_admin_chat" || !held) return state;
  return blocked ? "blocked" : "held";
}

/** Number of leads by place; empty places may be missing. */
export type PlaceCounts = Readonly<Partial<Record<Place, number>>>;

/** Who pressed or wrote, as Telegram described them then. */
export interface Visitor {
  readonly userId: number;
  readonly username: string | null;
  readonly firstName: string;
  readonly lastName: string | null;
  /** IETF tag of the visitor's app, where Telegram gave one. */
  readonly language: string | null;
}

/** One request of a visitor. One menu message gives at most one lead. */
export interface Lead {
  /** Short, for people and for links inside the journal. */
  readonly number: number;
  /** UUID; the CRM gets it as the idempotency key of every attempt. */
  readonly id: string;
  readonly state: LeadState;
  /** Key in `locales.json`. The profile may be deleted later, so its name is kept too. */
  readonly profile: string;
  readonly profileName: string;
  readonly choice: string;
  readonly visitor: Visitor;
  readonly chatId: number;
  readonly menuMessageId: number;
  readonly receivedAtMs: number;
  /** What the link that the visitor came by says after `__`; null where it says nothing. */
  readonly source: string | null;
  /** As `readPhone` writes it; null until the visitor shares one. */
  readonly phone: string | null;
  /** The card in the managers' chat, once it has been shown. */
  readonly card: MessageAddress | null;
}

/** A lead that the journal has not numbered yet. */
export type NewLead = Omit<Lead, "number" | "state" | "card" | "phone">;

export interface MessageAddress {
  readonly chatId: number;
  readonly messageId: number;
}

/** What a visitor sent after becoming a lead: one message, or one album. */
export interface FollowUp {
  readonly number: number;
  readonly lead: number;
  readonly chatId: number;
  /** In the order they were sent; more than one only for an album. */
  readonly messageIds: readonly number[];
  readonly content: FollowUpContent;
  /** How many of its messages are in the managers' chat already. */
  readonly partsShown: number;
  /** Set for an edit of a message of an earlier follow-up. */
  readonly edit?: FollowUpEdit;
}

export interface FollowUpEdit {
  /** Where the managers have the first version; null when that is not known. */
  readonly first: MessageAddress | null;
  /** Whether the file was replaced, not only the words. */
  readonly newFile: boolean;
}

/** The words of a follow-up, and what else has to be copied. */
export interface FollowUpContent {
  /** The text or caption; empty for media without one. */
  readonly text: string;
  /** Telegram's entities of `text`; they may hold links. */
  readonly entities: readonly unknown[];
  /** Kind of media in words for a manager; null for plain text. */
  readonly media: string | null;
  /** Whether Telegram lets this kind of media carry a caption. */
  readonly captionable: boolean;
  /** Identifies the file, so that an edit which replaces it is noticed; absent for media without an id. */
  readonly file?: string;
}

/** What a manager wrote for a visitor: its words, and the file by which a copy of it can be replaced. */
export interface AnswerContent extends FollowUpContent {
  /** Telegram's `file_id`; absent for text, and for media that cannot be put in another's place. */
  readonly fileId?: string;
  readonly fileKind?: FileKind;
}

/** Kinds of files that an edit can put into a message (Bot API: editMessageMedia). */
export const FILE_KINDS = ["animation", "photo", "document", "video", "audio"] as const;
export type FileKind = typeof FILE_KINDS[number];

/**
 * Where an answer is. `asking`: a manager has not chosen its lead; `due`: on its way to the visitor; `kept`: a note, which
 * stays inside; `dropped`: a manager chose no lead, or its person was erased before.
 */
export const ANSWER_STATES = ["asking", "due", "sent", "refused", "kept", "dropped"] as const;
export type AnswerState = typeof ANSWER_STATES[number];

/** How one POST to the CRM ended. Only `timeout` and `interrupted` may have arrived. */
export type CrmOutcome =
  /** `deal` is what it became, where the CRM says so. */
  | { readonly kind: "accepted"; readonly status: number; readonly deal?: Deal }
  /** Any other status, including redirects: the CRM declined. */
  | {
    readonly kind: "answered";
    readonly status: number;
    readonly body: string;
    /** Set for a rate limit, which proves that nothing was taken: when to try again. */
    readonly retryAfterMs?: number;
    readonly trouble?: CrmTrouble;
  }
  /** Never connected: it did not arrive. */
  | { readonly kind: "unreachable"; readonly reason: string }
  /** Connected, then cut, or answered by amoCRM with `status` 500 or above: it may have arrived. */
  | { readonly kind: "interrupted"; readonly reason: string; readonly status?: number }
  /** No answer in time: it may have arrived. */
  | { readonly kind: "timeout"; readonly afterMs: number }
  /** Our side: an impossible address, a blocked port. */
  | { readonly kind: "client"; readonly reason: string }
  /** No POST was made: its profile's CRM cannot work as it is set, or only asks for waits. A sentence for people. */
  | { readonly kind: "unsent"; readonly reason: string }
  /** A defect in the bot: logged, and still a card. */
  | { readonly kind: "unexpected"; readonly reason: string };

/** What a CRM made of a lead. */
export interface Deal {
  readonly id: number;
  /** Its page for people. */
  readonly url: string;
  /** The contact that was made with it, where the CRM names one. */
  readonly contact?: number;
  /** False where the bot writes no notes into that CRM. */
  readonly takesNotes?: false;
}

/** Why a CRM declines every lead of a profile until a person does something about it. */
export type CrmTrouble = "token_refused" | "unpaid" | "forbidden";

/** Why a lead becomes a card: the CRM failed it, or its profile has no webhook address. */
export type CardReason = "crm_failed" | "no_webhook";

/** One POST as recorded; open while `endedAtMs` is null. */
export interface AttemptRecord {
  readonly nth: number;
  readonly begunAtMs: number;
  readonly endedAtMs: number | null;
  readonly outcome: CrmOutcome["kind"] | null;
  readonly status: number | null;
  /** What the CRM answered, or what went wrong; never an address. */
  readonly reason: string | null;
  /** The manager who asked for it; null for a lead's first. */
  readonly askedBy: string | null;
}

/** What a card shows of a lead. */
export interface Card {
  readonly lead: Lead;
  readonly reason: CardReason;
  readonly lastAttempt: AttemptRecord | null;
  /** Whether another POST that a manager asked for has not ended yet. */
  readonly sending: boolean;
  /** What the lead became, where its CRM says so. */
  readonly deal: Deal | null;
  readonly closed: Deed | null;
  /** The manager who has taken it. */
  readonly owner: Deed | null;
  /** Who last returned it after it had been closed. */
  readonly returned: Deed | null;
  /** Until when it may be returned after it was closed; null when it may not. */
  readonly returnableUntilMs: number | null;
}

/** What a manager did with a lead, and when. */
export interface Deed {
  readonly by: string;
  readonly atMs: number;
}

/** How long a lead that was closed by hand may be returned, in ms (user requirement: 10 minutes). */
export const RETURN_WINDOW_MS = 10 * 60_000;

/** Whether the lead may be in the CRM although the POST was not accepted. */
export function mayHaveArrived(outcome: CrmOutcome["kind"] | null): boolean {
  return outcome === "timeout" || outcome === "interrupted";
}

const MOVES: Readonly<Record<LeadState, readonly LeadState[]>> = {
  received: ["in_crm", "in_admin_chat", "undelivered"],
  undelivered: ["in_admin_chat", "in_crm", "by_hand"],
  in_admin_chat: ["in_crm", "by_hand"],
  in_crm: [],
  by_hand: ["in_admin_chat"],
};

/** Whether a lead may move from one state to another. Staying is no move. */
export function canMove(from: LeadState, to: LeadState): boolean {
  return MOVES[from].includes(to);
}

/** The states from which a lead may reach `to` by delivery: without a return, which only a person decides. */
export function statesBefore(to: LeadState): LeadState[] {
  return LEAD_STATES.filter((from) => from !== "by_hand" && canMove(from, to));
}

/** Whether the CRM or a manager has the lead, so that nothing is left to deliver. */
export function isSettled(state: LeadState): boolean {
  return state !== "received" && state !== "undelivered";
}
