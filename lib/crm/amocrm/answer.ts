// Says what amoCRM's answer to a lead means. Sends nothing.

import { isWhole } from "../../foreign.ts";
import type { CrmOutcome, CrmTrouble, Deal } from "../../lead.ts";
import { ACCEPTED_STATUSES, type AmoCrmSettings } from "../../profiles/crm.ts";
import { elementOf, jsonOf, memberOf } from "../answer_words.ts";
import type { Judge } from "../prepared.ts";
import { retryAfterMs } from "../retry_after.ts";
import { dealUrl } from "./api.ts";
import { reasonOf } from "./errors.ts";

/** Judges the answers to the POSTs of an account's leads. */
export function amoCrmJudge(
  { account, entry }: Pick<AmoCrmSettings, "account" | "entry">,
  nowMs: number,
): Judge {
  return {
    wantsBody: () => true,
    outcomeOf({ status, retryAfter, text }): CrmOutcome {
      if (ACCEPTED_STATUSES.includes(status)) {
        const deal = dealOf(jsonOf(text), entry, account);
        return deal === undefined
          ? { kind: "accepted", status }
          : { kind: "accepted", status, deal };
      }
      const said = reasonOf({ status, text });
      if (status >= 500) {
        // It may have been taken before the gateway gave up.
        return { kind: "interrupted", status, reason: said };
      }
      const answered = { kind: "answered", status, body: said } as const;
      if (status === 429) return { ...answered, retryAfterMs: retryAfterMs(retryAfter, nowMs) };
      const trouble = troubleOf(status);
      return trouble === undefined ? answered : { ...answered, trouble };
    },
  };
}

/** What a person has to do something about, by status. */
function troubleOf(status: number): CrmTrouble | undefined {
  switch (status) {
    case 401:
      return "token_refused";
    case 402:
      return "unpaid";
    case 403:
      return "forbidden";
    default:
      return undefined;
  }
}

function dealOf(json: unknown, entry: AmoCrmSettings["entry"], account: string): Deal | undefined {
  const { id, contact } = entry === "unsorted" ? unsortedIds(json) : complexIds(json);
  if (!isWhole(id, 1)) return undefined;
  const deal = { id, url: dealUrl(account, id) };
  return isWhole(contact, 1) ? { ...deal, contact } : deal;
}

interface Ids {
  readonly id: unknown;
  readonly contact: unknown;
}

function unsortedIds(json: unknown): Ids {
  const first = elementOf(memberOf(memberOf(json, "_embedded"), "unsorted"), 0);
  const made = memberOf(first, "_embedded");
  const idOf = (kind: string) => memberOf(elementOf(memberOf(made, kind), 0), "id");
  return { id: idOf("leads"), contact: idOf("contacts") };
}

/** A lead that was merged into an older deal has that one's contact, whose phone is not the bot's to replace. */
function complexIds(json: unknown): Ids {
  const first = elementOf(json, 0);
  const isMerged = memberOf(first, "merged") !== false;
  return { id: memberOf(first, "id"), contact: isMerged ? null : memberOf(first, "contact_id") };
}
