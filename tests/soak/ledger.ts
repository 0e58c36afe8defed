// What has happened to every visitor, in one byte each, and what went wrong. Knows no HTTP.

const MARKS = {
  /** Wrote /start. */
  started: 1,
  greeted: 2,
  pressed: 4,
  confirmed: 8,
  posted: 16,
  /** The CRM answered 200. */
  accepted: 32,
  /** The managers have a card. */
  shown: 64,
} as const;

export type Mark = keyof typeof MARKS;

/** How many visitors have each mark, and what happened more often than needed. */
export interface Account extends Readonly<Record<Mark, number>> {
  /** Leads that the CRM accepted or the managers have. */
  readonly settled: number;
  /** Follow-ups that visitors wrote, and those that the managers were shown. */
  readonly followUps: number;
  readonly followUpsShown: number;
  /** POSTs in all, and those whose idempotency key had come before. */
  readonly posts: number;
  readonly keysAgain: number;
  /** Marks that came a second time, as after an answer that was lost. */
  readonly again: Readonly<Partial<Record<Mark, number>>>;
  /** What must not happen, in words; the first few. */
  readonly faults: readonly string[];
}

/** How many faults are kept in words. */
const MOST_FAULTS = 20;

export class Ledger {
  #marks = new Uint8Array(1024);
  #visitors = 0;
  readonly #counts: Record<Mark, number> = {
    started: 0,
    greeted: 0,
    pressed: 0,
    confirmed: 0,
    posted: 0,
    accepted: 0,
    shown: 0,
  };
  readonly #again: Partial<Record<Mark, number>> = {};
  readonly #faults: string[] = [];
  /** 36 characters each: a few MB in half an hour, in a process that is not measured. */
  readonly #keys = new Set<string>();
  readonly #followUpsOwed = new Set<number>();
  #settled = 0;
  #followUps = 0;
  #posts = 0;
  #keysAgain = 0;

  /** Adds a visitor; returns their number. */
  add(): number {
    if (this.#visitors === this.#marks.length) {
      const larger = new Uint8Array(2 * this.#marks.length);
      larger.set(this.#marks);
      this.#marks = larger;
    }
    return this.#visitors++;
  }

  /** Records a mark; false when it is there already, or the visitor is unknown. */
  note(visitor: number, mark: Mark): boolean {
    const before = this.#marks[visitor];
    if (before === undefined || visitor >= this.#visitors) {
      this.fault(`${mark} of visitor ${visitor}, who never came`);
      return false;
    }
    if ((before & MARKS[mark]) !== 0) {
      this.#again[mark] = (this.#again[mark] ?? 0) + 1;
      return false;
    }
    const settled = MARKS.accepted | MARKS.shown;
    if ((settled & MARKS[mark]) !== 0 && (before & settled) === 0) this.#settled++;
    this.#marks[visitor] = before | MARKS[mark];
    this.#counts[mark]++;
    return true;
  }

  /** Records a POST with its idempotency key. */
  posted(visitor: number, key: string | undefined): void {
    this.#posts++;
    if (key === undefined) this.fault(`a POST of visitor ${visitor} without an idempotency key`);
    else if (this.#keys.has(key)) this.#keysAgain++;
    else this.#keys.add(key);
    this.note(visitor, "posted");
  }

  /** Records a visitor's follow-up. */
  wrote(visitor: number): void {
    this.#followUps++;
    this.#followUpsOwed.add(visitor);
  }

  /** Records that the managers were shown a visitor's follow-up. */
  followUpShown(visitor: number): void {
    this.#followUpsOwed.delete(visitor);
  }

  fault(words: string): void {
    if (this.#faults.length < MOST_FAULTS) this.#faults.push(words);
  }

  /** Leads that are neither in the CRM nor with the managers. */
  get owedLeads(): number {
    return this.#counts.pressed - this.#settled;
  }

  /** Whether every visitor and every lead is done with. */
  get isEven(): boolean {
    const { started, greeted, pressed, confirmed } = this.#counts;
    return started === greeted && pressed === confirmed && this.owedLeads === 0 &&
      this.#followUpsOwed.size === 0;
  }

  account(): Account {
    return {
      ...this.#counts,
      settled: this.#settled,
      followUps: this.#followUps,
      followUpsShown: this.#followUps - this.#followUpsOwed.size,
      posts: this.#posts,
      keysAgain: this.#keysAgain,
      again: { ...this.#again },
      faults: [...this.#faults],
    };
  }
}
