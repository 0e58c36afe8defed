// The words of the house: lead, follow-up, states, outcomes, allowed moves. Imports nothing.

export const LEAD_STATES = [
  "received",
  "in_crm",
  "in_admin_chat",
  "undelivered",
  "by_hand",
] as const;

/** Where a lead is. `received` and `undelivered` are still owed to somebody; the rest are not. */
export type LeadState = typeof LEAD_STATES[number];

/** Where a lead is, as people are told of it: one word each, the same in the chat, on the page and in the table. */
export const PLACES = ["on_its_way", "in_admin_chat", "held", "in_crm", "by_hand"] as const;
export type Place = typeof PLACES[number];

/**
 * The place of a lead.
 *
 * @param held Whether it was held back from the CRM: then no card of it is in the chat.
 */
export function placeOf(state: LeadState, held: boolean): Place {
  if (state === "received" || state === "undelivered") return "on_its_way";
  return state === "in_admin_chat" && held ? "held" : state;
}

/** Leads by place; a place without leads may be missing. */
export type PlaceCounts = Readonly<Partial<Record<Place, number>>>;

/** Who pressed or wrote, as Telegram described them at that moment. */
export interface Visitor {
  readonly userId: number;
  readonly username: string | null;
  readonly firstName: string;
  readonly lastName: string | null;
  /** IETF tag of the visitor's app, where Telegram gave one. */
  readonly language: string | null;
}

/** One request of a visitor. Its menu message is its identity: one menu gives at most one lead. */
export interface Lead {
  /** Short, for people and for links inside the journal. */
  readonly number: number;
  /** UUID; the CRM gets it as the idempotency key of every attempt. */
  readonly id: string;
  readonly state: LeadState;
  /** Key in `locales.json`; the profile may be gone by now, so its name is kept beside it. */
  readonly profile: string;
  readonly profileName: string;
  readonly choice: string;
  readonly visitor: Visitor;
  readonly chatId: number;
  readonly menuMessageId: number;
  readonly receivedAtMs: number;
  /** The card in the managers' chat, once it has been shown. */
  readonly card: MessageAddress | null;
}

/** A lead before the journal has given it a number and a state. */
export type NewLead = Omit<Lead, "number" | "state" | "card">;

export interface MessageAddress {
  readonly chatId: number;
  readonly messageId: number;
}

/** What a visitor sent after becoming a lead: one message, or one album. */
export interface FollowUp {
  readonly number: number;
  readonly lead: number;
  readonly chatId: number;
  /** In the order in which the visitor sent them; more than one only for an album. */
  readonly messageIds: readonly number[];
  readonly content: FollowUpContent;
  /** How many of its messages the managers' chat already has. */
  readonly partsShown: number;
  /** For what its visitor made of one message of an earlier follow-up. */
  readonly edit?: FollowUpEdit;
}

export interface FollowUpEdit {
  /** Where the managers have the first version; null when that is not known. */
  readonly first: MessageAddress | null;
  /** Whether there is another file in the message now, and not only other words. */
  readonly newFile: boolean;
}

/** What a follow-up says in words, and whether there is something beside the words to be copied. */
export interface FollowUpContent {
  /** The text or caption; empty for media without one. */
  readonly text: string;
  /** Telegram's entities of `text`, kept so that no hidden link is lost. */
  readonly entities: readonly unknown[];
  /** What kind of media it is, in words for a manager; null for plain text. */
  readonly media: string | null;
  /** Whether Telegram lets this kind of media carry a caption. */
  readonly captionable: boolean;
  /** Tells the media from another of its kind, so that an edit which replaces it is noticed; absent where it has no such mark. */
  readonly file?: string;
}

/** How one POST to the CRM ended. */
export type CrmOutcome =
  | { readonly kind: "accepted"; readonly status: 200 | 201 | 202 }
  /** Any other status, a redirect too: the CRM declined. */
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  /** Never connected: it did not arrive. */
  | { readonly kind: "unreachable"; readonly reason: string }
  /** Connected, then cut: it may have arrived. */
  | { readonly kind: "interrupted"; readonly reason: string }
  /** No answer in time: it may have arrived. */
  | { readonly kind: "timeout"; readonly afterMs: number }
  /** Our side: an impossible address, a blocked port. */
  | { readonly kind: "client"; readonly reason: string }
  /** A defect: marked, logged, and still a card. */
  | { readonly kind: "unexpected"; readonly reason: string };

/** Why a lead becomes a card: the CRM failed it, or its profile has no webhook address. */
export type CardReason = "crm_failed" | "no_webhook";

/** One POST as the journal keeps it; open while `endedAtMs` is null. */
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

/** A lead as its card shows it. */
export interface Card {
  readonly lead: Lead;
  readonly reason: CardReason;
  readonly lastAttempt: AttemptRecord | null;
  /** A manager asked for another POST, and it has not ended yet. */
  readonly sending: boolean;
  readonly closed: { readonly by: string; readonly atMs: number } | null;
}

/** Whether a lead whose POST ended so may be in the CRM all the same. */
export function mayHaveArrived(outcome: CrmOutcome["kind"] | null): boolean {
  return outcome === "timeout" || outcome === "interrupted";
}

const MOVES: Readonly<Record<LeadState, readonly LeadState[]>> = {
  received: ["in_crm", "in_admin_chat", "undelivered"],
  undelivered: ["in_admin_chat", "in_crm", "by_hand"],
  in_admin_chat: ["in_crm", "by_hand"],
  in_crm: [],
  by_hand: [],
};

/** Whether a lead may go from one state to another. Staying where it is is no move. */
export function canMove(from: LeadState, to: LeadState): boolean {
  return MOVES[from].includes(to);
}

/** The states from which a lead may reach `to`. */
export function statesBefore(to: LeadState): LeadState[] {
  return LEAD_STATES.filter((from) => canMove(from, to));
}

/** Whether the CRM or a manager already has the lead, so that nothing of it is owed any more. */
export function isSettled(state: LeadState): boolean {
  return state !== "received" && state !== "undelivered";
}
