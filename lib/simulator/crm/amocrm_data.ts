// What a simulated amoCRM account has: pipelines, users and fields at first, then deals, contacts and notes.
// Knows no HTTP.

import { Arrivals } from "./arrivals.ts";

export interface AmoStatus {
  readonly id: number;
  readonly name: string;
  /** 1 for «Неразобранное», 0 for any other. */
  readonly type: 0 | 1;
}

export interface AmoPipeline {
  readonly id: number;
  readonly name: string;
  readonly isMain: boolean;
  readonly statuses: readonly AmoStatus[];
}

export interface AmoUser {
  readonly id: number;
  readonly name: string;
}

/** A field of deals or of contacts; tracking data and phones have a code, an account's own fields none. */
export interface AmoField {
  readonly id: number;
  readonly code?: string;
  readonly type: "text" | "numeric" | "checkbox" | "tracking_data" | "multitext";
  /** The kinds of a multitext, as WORK. */
  readonly enumCodes?: readonly string[];
}

/** Values by the field's code or, without one, by its id. */
export type AmoFieldValues = Readonly<Record<string, readonly (string | number | boolean)[]>>;

export interface AmoContact {
  readonly id: number;
  readonly name: string;
  readonly fields: AmoFieldValues;
}

/** Through which form a deal came. */
export interface AmoForm {
  readonly formId: string;
  readonly formName: string;
  readonly formPage: string;
  readonly sentAtS: number;
  readonly referer: string | null;
}

export interface AmoDeal {
  readonly id: number;
  /** The host, as `monster.amocrm.ru`. */
  readonly account: string;
  /** Whether it waits in «Неразобранное» or went straight into a status. */
  readonly entry: "unsorted" | "lead";
  readonly requestId: string | null;
  readonly name: string;
  readonly pipelineId: number;
  readonly statusId: number;
  readonly responsibleUserId: number | null;
  readonly tags: readonly string[];
  readonly fields: AmoFieldValues;
  readonly contact: AmoContact | null;
  /** Only of a deal in «Неразобранное». */
  readonly source: { readonly uid: string; readonly name: string } | null;
  readonly form: AmoForm | null;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export interface AmoNote {
  readonly id: number;
  readonly dealId: number;
  readonly requestId: string | null;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** A lead of `leads/complex` that became no deal of its own. */
export interface AmoMerge {
  readonly dealId: number;
  readonly requestId: string | null;
}

/** Where a won and a lost deal is, in every pipeline. */
export const WON_STATUS_ID = 142;
export const LOST_STATUS_ID = 143;

const TRACKING_CODES = [
  "UTM_SOURCE",
  "UTM_MEDIUM",
  "UTM_CAMPAIGN",
  "UTM_CONTENT",
  "UTM_TERM",
  "UTM_REFERRER",
  "REFERRER",
  "FROM",
];

/** Everything one server has; its accounts share it, each deal says which it is of. */
export class AmoData {
  pipelines: readonly AmoPipeline[] = [
    pipeline({ id: 7_100_001, name: "Воронка", isMain: true, first: 61_000_001 }),
    pipeline({ id: 7_100_002, name: "Партнёры", isMain: false, first: 62_000_001 }),
  ];
  users: readonly AmoUser[] = [
    { id: 9_000_001, name: "Анна Смирнова" },
    { id: 9_000_002, name: "Илья Петров" },
    { id: 9_000_003, name: "Мария Волкова" },
  ];
  dealFields: readonly AmoField[] = [
    ...TRACKING_CODES.map((code, at): AmoField => ({
      id: 500_001 + at,
      code,
      type: "tracking_data",
    })),
    { id: 510_001, type: "text" },
    { id: 510_002, type: "numeric" },
    { id: 510_003, type: "checkbox" },
  ];
  contactFields: readonly AmoField[] = [
    {
      id: 520_001,
      code: "PHONE",
      type: "multitext",
      enumCodes: ["WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER"],
    },
    { id: 520_002, code: "EMAIL", type: "multitext", enumCodes: ["WORK", "PRIV", "OTHER"] },
    { id: 520_003, code: "POSITION", type: "text" },
  ];
  /** The deal that duplicate control merges new ones into. */
  mergeIntoId: number | null = null;
  readonly deals: Arrivals<AmoDeal>;
  readonly notes: Arrivals<AmoNote>;
  readonly contacts = new Map<number, AmoContact>();
  readonly madeByRequestId = new Map<string, number>();
  readonly merges: AmoMerge[] = [];
  readonly #ids = new Map<string, number>();

  constructor(failsafeMs: number) {
    this.deals = new Arrivals({
      what: "a deal in amoCRM",
      describe: ({ id, requestId, name }) => `#${id} ${requestId} ${name}`,
      failsafeMs,
    });
    this.notes = new Arrivals({
      what: "a note in amoCRM",
      describe: ({ dealId, text }) => `of #${dealId} ${JSON.stringify(text)}`,
      failsafeMs,
    });
  }

  /** An id that nothing of this kind had before. */
  newId(kind: "deal" | "contact" | "note"): number {
    const first = { deal: 10_000_001, contact: 20_000_001, note: 300_000_001 }[kind];
    const id = this.#ids.get(kind) ?? first;
    this.#ids.set(kind, id + 1);
    return id;
  }

  addDeal(deal: AmoDeal): void {
    if (deal.contact) this.contacts.set(deal.contact.id, deal.contact);
    const { requestId } = deal;
    if (requestId !== null) {
      this.madeByRequestId.set(requestId, (this.madeByRequestId.get(requestId) ?? 0) + 1);
    }
    this.deals.add(deal);
  }

  /** Counts a lead that duplicate control merged into an old deal, which this server need not know. */
  addMerge(dealId: number, requestId: string | null): void {
    this.merges.push({ dealId, requestId });
  }

  dealOf(id: number): AmoDeal | undefined {
    return this.deals.items.find((each) => each.id === id);
  }

  /** Whether a note can be added: to a deal made here, or to the one that others are merged into. */
  hasDeal(id: number): boolean {
    return this.dealOf(id) !== undefined || this.merges.some(({ dealId }) => dealId === id);
  }

  /** A deal with its contact as it is now. */
  current(deal: AmoDeal): AmoDeal {
    const { contact } = deal;
    return contact ? { ...deal, contact: this.contacts.get(contact.id) ?? contact } : deal;
  }
}

interface PipelineSketch {
  id: number;
  name: string;
  isMain: boolean;
  /** The id of its first status. */
  first: number;
}

function pipeline({ id, name, isMain, first }: PipelineSketch): AmoPipeline {
  const names = ["Первичный контакт", "Переговоры", "Принимают решение"];
  return {
    id,
    name,
    isMain,
    statuses: [
      { id: first, name: "Неразобранное", type: 1 },
      ...names.map((each, at): AmoStatus => ({ id: first + 1 + at, name: each, type: 0 })),
      { id: WON_STATUS_ID, name: "Успешно реализовано", type: 0 },
      { id: LOST_STATUS_ID, name: "Закрыто и не реализовано", type: 0 },
    ],
  };
}
