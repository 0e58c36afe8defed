// A client beside a simulated CRM, for tests.

import assert from "node:assert/strict";
import { PLAIN_JUDGE } from "../../lib/crm/webhook_judge.ts";
import { createCrm, type CrmRequest } from "../../lib/crm/post.ts";
import {
  type CrmBehaviour,
  type CrmServer,
  startCrmServer,
} from "../../lib/simulator/crm/server.ts";
import type { CrmOutcome } from "../../lib/lead.ts";
import { crmPayload } from "../../lib/crm/payload.ts";
import { aLead } from "./a_lead.ts";
import { aLog, type LogOfTest } from "./a_log.ts";

/** The lead that is sent. */
export const LEAD = aLead();
const NEVER = new AbortController().signal;
/** No log line may hold it: part of webhook addresses. */
export const SECRET = "f3b1c0de5ecre7";

/** A client, the CRM it sends to, and what was logged. */
export interface CrmHere extends LogOfTest {
  readonly crm: CrmServer;
  /** The CRM's host and port, as its address has them. */
  readonly host: string;
  /** Sends a lead, to the CRM unless told otherwise. */
  send(request?: Partial<CrmRequest>, signal?: AbortSignal): Promise<CrmOutcome>;
}

/** Runs a test with a CRM that behaves so; fails it if the log shows a secret. */
export async function withCrm(
  run: (here: CrmHere) => Promise<void>,
  behaviour: CrmBehaviour = { kind: "answer" },
  format: "text" | "json" = "text",
): Promise<void> {
  await using crm = await startCrmServer();
  crm.behave(behaviour);
  const lines = aLog({ format });
  const client = createCrm(lines);
  const send = (request: Partial<CrmRequest> = {}, signal = NEVER) =>
    client.sendLead({
      url: crm.url,
      timeoutMs: 10_000,
      idempotencyKey: LEAD.id,
      headers: {},
      body: JSON.stringify(crmPayload(LEAD)),
      judge: PLAIN_JUDGE,
      facts: { lead: LEAD.number, profile: LEAD.profile },
      ...request,
    }, signal);
  try {
    await run({ ...lines, crm, host: new URL(crm.url).host, send });
    assert.ok(!lines.lines.join("\n").includes(SECRET), lines.lines.join("\n"));
  } finally {
    client.close();
  }
}
