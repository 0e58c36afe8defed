// Owed work: its kinds, what each needs, and the lanes it waits in. Reads back what a row of the outbox holds; runs no SQL.

import { isId, isRecord, isWhole } from "../foreign.ts";
import type { CardReason, MessageAddress } from "../lead.ts";
import { recordIn } from "./stored_json.ts";

/** A confirmation until it is sent. */
export interface Confirmation {
  readonly chatId: number;
  /** The menu message that is edited into the confirmation. */
  readonly messageId: number;
  readonly text: string;
  /** Whether the menu is a photo, so that its words are a caption. */
  readonly photo: boolean;
}

/** A reminder until it is sent. */
export interface Reminder {
  readonly chatId: number;
  /** The profile whose buttons the open menu has; empty for the menu of profiles. */
  readonly profile: string;
  readonly sentAtMs: number;
  /** The visitor's language; null also where an earlier version did not write it. */
  readonly language: string | null;
  /** What brought the visitor; null also where an earlier version did not write it. */
  readonly source: string | null;
}

/** How sending all open cards of a profile stands. */
export interface SendAllReport {
  readonly profileName: string;
  readonly total: number;
  readonly sent: number;
  readonly failed: number;
  /** Closed by a manager meanwhile, or the visitor was blocked. */
  readonly skipped: number;
  /** Ended early, because the CRM failed several times running. */
  readonly stopped: boolean;
}

/** What each kind of work needs beside its subject. */
export interface WorkBodies {
  // To a visitor; the subject is the lead's number, the follow-up's, or 0.
  readonly confirmation: Confirmation;
  readonly thanks: { readonly chatId: number };
  readonly reminder: Reminder;
  // To a CRM; the subject is the lead's number. `askedBy` is the manager who wants the POST; null for a lead's first.
  readonly post: { readonly askedBy: string | null };
  // To the managers; the subject is the lead's number, the follow-up's, the edited message's or 0. Of a note about one
  // visitor it is below 0.
  readonly card: { readonly reason: CardReason };
  readonly card_update: null;
  readonly follow_up: null;
  readonly offer: { readonly profile: string };
  readonly offer_update: {
    readonly message: MessageAddress;
    readonly report: SendAllReport;
    /** The profile whose open cards the message still offers: then it is counted anew, and nothing is reported. */
    readonly offers?: string;
  };
  readonly note: { readonly text: string };
}

export type WorkKind = keyof WorkBodies;

/** One piece of owed work of a kind. It is deleted when done, and due again when it failed. */
export interface WorkOf<Kind extends WorkKind> {
  readonly id: number;
  /** Which queue it waits in: one of the lanes below. */
  readonly lane: string;
  readonly kind: Kind;
  readonly subject: number;
  readonly body: WorkBodies[Kind];
  readonly failures: number;
}

export type Work = { readonly [Kind in WorkKind]: WorkOf<Kind> }[WorkKind];

export type WorkIn<Kind extends WorkKind> = Extract<Work, { readonly kind: Kind }>;

/** Work whose row does not hold what its kind needs. */
export interface UnreadableWork extends Omit<WorkOf<WorkKind>, "kind" | "body"> {
  readonly kind: "unreadable";
}

export type NewWork = {
  readonly [Kind in WorkKind]: Omit<WorkOf<Kind>, "id" | "failures">;
}[WorkKind];

export const VISITORS_LANE = "visitors";
export const ADMIN_CHAT_LANE = "admin_chat";

/** Follow-ups wait by themselves, so that they and cards take turns: neither is behind all of the others. */
export const FOLLOW_UPS_LANE = "admin_chat:follow_ups";

/** Edits in the managers' chat are no new messages, and wait for none. */
export const EDITS_LANE = "admin_chat:edits";

/** Begins what follows a managers' lane: the chat. */
const IN_CHAT = "@";

/** A managers' lane of one chat (chats.ts). */
export function laneOfChat(lane: string, chat: string): string {
  return chat === "" ? lane : `${lane}${IN_CHAT}${chat}`;
}

/** The lane as it is stored, and its chat; null where it is none of the managers'. */
export function readLane(
  named: string,
  lanes = ADMIN_CHAT_LANE,
): { readonly lane: string; readonly chat: string | null } {
  if (!named.startsWith(lanes)) return { lane: named, chat: null };
  const [lane = "", chat = ""] = named.split(IN_CHAT, 2);
  return { lane, chat };
}

export const CRM_LANES = "crm:";
export const SEND_ALL_LANES = "crm:all:";

/** POSTs to hosts that limit calls: few of them are under way at once. */
export const PACED_LANES = "crm:paced:";

/** POSTs wait by host, so that one dead CRM does not delay the others. */
export function crmLane(host: string, isPaced = false): string {
  return isPaced ? `${PACED_LANES}${host}` : `${CRM_LANES}host:${host}`;
}

/** The open cards of a profile that a manager sends one after another. */
export function sendAllLane(profile: string): string {
  return `${SEND_ALL_LANES}${profile}`;
}

type Frame = Omit<WorkOf<WorkKind>, "kind" | "body">;

/** How each kind is read from the text in its row; undefined where that does not hold what the kind needs. */
const READERS: {
  readonly [Kind in WorkKind]: (frame: Frame, text: string) => WorkOf<Kind> | undefined;
} = {
  confirmation: reader("confirmation", (text) => {
    const { chatId, messageId, text: words, photo } = recordIn(text) ?? {};
    if (!isId(chatId) || !isWhole(messageId, Number.MIN_SAFE_INTEGER)) return undefined;
    return typeof words === "string"
      ? { chatId, messageId, text: words, photo: photo === true }
      : undefined;
  }),
  thanks: reader("thanks", (text) => isId(Number(text)) ? { chatId: Number(text) } : undefined),
  reminder: reader("reminder", (text) => {
    const { chatId, profile, sentAtMs, language, source } = recordIn(text) ?? {};
    if (!isId(chatId) || typeof profile !== "string" || typeof sentAtMs !== "number") {
      return undefined;
    }
    return {
      chatId,
      profile,
      sentAtMs,
      language: typeof language === "string" ? language : null,
      source: typeof source === "string" ? source : null,
    };
  }),
  post: reader("post", (text) => ({ askedBy: text === "" ? null : text })),
  card: reader("card", (text) => ({ reason: cardReason(text) })),
  card_update: reader("card_update", () => null),
  follow_up: reader("follow_up", () => null),
  offer: reader("offer", (profile) => ({ profile })),
  offer_update: reader("offer_update", (text) => {
    const stored = recordIn(text);
    const message = addressIn(stored?.["message"]);
    const report = reportIn(stored?.["report"]);
    const offers = stored?.["offers"];
    if (message === undefined || report === undefined) return undefined;
    return typeof offers === "string" ? { message, report, offers } : { message, report };
  }),
  note: reader("note", (text) => ({ text })),
};

/** Null is a body too, so that only undefined means that there is none. */
function reader<Kind extends WorkKind>(
  kind: Kind,
  read: (text: string) => WorkBodies[Kind] | undefined,
): (frame: Frame, text: string) => WorkOf<Kind> | undefined {
  return (frame, text) => {
    const body = read(text);
    return body === undefined ? undefined : { ...frame, kind, body };
  };
}

function isKind(kind: string): kind is WorkKind {
  return Object.hasOwn(READERS, kind);
}

export function readWork(row: Readonly<Record<string, unknown>>): Work | UnreadableWork {
  const kind = String(row["kind"]);
  const frame = {
    id: Number(row["id"]),
    lane: laneOfChat(String(row["lane"]), String(row["chat"] ?? "")),
    subject: Number(row["subject"]),
    failures: Number(row["failures"]),
  };
  const work = isKind(kind) ? READERS[kind](frame, String(row["body"])) : undefined;
  return work ?? { ...frame, kind: "unreadable" };
}

/** The kind of work in a row. @throws {TypeError} For a kind that there is not. */
export function readKind(kind: unknown): WorkKind {
  if (typeof kind === "string" && isKind(kind)) return kind;
  throw new TypeError(`No work is of kind ${JSON.stringify(kind)}`);
}

/** The text that a row keeps; `readWork` reads it. */
export function writeBody(work: NewWork): string {
  switch (work.kind) {
    case "confirmation":
    case "reminder":
    case "offer_update":
      return JSON.stringify(work.body);
    case "thanks":
      return String(work.body.chatId);
    case "post":
      return work.body.askedBy ?? "";
    case "card":
      return work.body.reason;
    case "card_update":
    case "follow_up":
      return "";
    case "offer":
      return work.body.profile;
    case "note":
      return work.body.text;
    default:
      return work satisfies never;
  }
}

/** A card's reason as it is stored; what is no reason counts as a CRM that failed, which its card says more about. */
export function cardReason(stored: unknown): CardReason {
  return stored === "no_webhook" ? stored : "crm_failed";
}

/** Where a message is, as it is stored; of another bot its id is below zero. */
export function addressIn(value: unknown): MessageAddress | undefined {
  const { chatId, messageId } = isRecord(value) ? value : {};
  return isId(chatId) && isWhole(messageId, Number.MIN_SAFE_INTEGER)
    ? { chatId, messageId }
    : undefined;
}

export function reportIn(value: unknown): SendAllReport | undefined {
  const { profileName, total, sent, failed, skipped, stopped } = isRecord(value) ? value : {};
  const areCounts = isWhole(total, 0) && isWhole(sent, 0) && isWhole(failed, 0) &&
    isWhole(skipped, 0);
  return typeof profileName === "string" && areCounts
    ? { profileName, total, sent, failed, skipped, stopped: stopped === true }
    : undefined;
}
