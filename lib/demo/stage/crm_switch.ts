// The CRMs of the demo: which of five ways they behave in, and what they have got.

import { isRecord } from "../../foreign.ts";
import type { AmoCrm } from "../../simulator/crm/amocrm.ts";
import type { CrmMode, CrmServer } from "../../simulator/crm/server.ts";
import type { Destination } from "../profiles.ts";

/** What the CRM does with leads. */
export const MODES = ["answers", "error", "silent", "down", "amocrm"] as const;
/** One of `MODES`. */
export type Mode = typeof MODES[number];

/** What a CRM has got. */
export interface Received {
  readonly number: number;
  /** Null for a note. */
  readonly request: string | null;
  readonly who: string;
  /** All of it, for the curious. */
  readonly whole: string;
}

/** The CRMs' state and its switch. */
export interface CrmSwitch {
  readonly mode: Mode;
  /** The newest first. */
  readonly received: readonly Received[];
  /** Resolves when the CRM and the bot's profiles are so. Changes come one after another. */
  set(mode: Mode): Promise<void>;
  /** Hears no more. */
  close(): void;
}

/** The servers behind it. */
export interface CrmServers {
  readonly crm: CrmServer;
  readonly amo: AmoCrm;
  /** Sends the leads of all profiles there from now on. */
  readonly connect: (destination: Destination) => Promise<void>;
}

const BEHAVIOURS: Readonly<Record<Exclude<Mode, "down" | "amocrm">, CrmMode>> = {
  answers: { kind: "answer" },
  error: { kind: "answer", status: 500, body: "Internal Server Error" },
  silent: { kind: "silent" },
};

const MOST_RECEIVED = 6;

/** Begins with a CRM that answers. */
export function createCrmSwitch(
  { crm, amo, connect }: CrmServers,
  tell: (move: "received" | "other") => void,
): CrmSwitch {
  const received: Received[] = [];
  let mode: Mode = "answers";
  let changing = Promise.resolve();
  let count = 0;

  function receive(one: Omit<Received, "number">): void {
    received.unshift({ number: ++count, ...one });
    received.length = Math.min(received.length, MOST_RECEIVED);
    tell("received");
  }

  async function change(wanted: Mode): Promise<void> {
    if (wanted === "down" && mode !== "down") await crm.down();
    if (wanted !== "down" && mode === "down") await crm.up();
    if (wanted !== "down" && wanted !== "amocrm") crm.behave(BEHAVIOURS[wanted]);
    if ((wanted === "amocrm") !== (mode === "amocrm")) {
      await connect(wanted === "amocrm" ? "amocrm" : "webhook");
    }
    mode = wanted;
    tell("other");
  }

  const stops = [
    crm.onReceive(({ body, rawBody }) => receive({ ...leadIn(body), whole: rawBody })),
    amo.onDeal((deal) =>
      receive({ request: deal.name, who: deal.contact?.name ?? "", whole: JSON.stringify(deal) })
    ),
    amo.onNote(({ text }) => receive({ request: null, who: text, whole: text })),
  ];
  return {
    get mode() {
      return mode;
    },
    received,
    set(wanted) {
      const done = changing.then(() => change(wanted));
      changing = done.catch(() => {}); // A failed change must not stop the next.
      return done;
    },
    close() {
      for (const stop of stops) stop();
    },
  };
}

/** The parts of a POST that the page shows. */
function leadIn(body: unknown): { readonly request: string; readonly who: string } {
  const { request_details: request, contact } = isRecord(body) ? body : {};
  const { name, username } = isRecord(contact) ? contact : {};
  return { request: String(request ?? ""), who: `${name ?? ""} ${username ?? ""}`.trim() };
}
