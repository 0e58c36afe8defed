// Wires the page, and the health that it reports.

import type { Clock } from "./clock.ts";
import { createHealth, type Health } from "./health.ts";
import type { AllManagersChats } from "./managers_chats.ts";
import type { WebhookState } from "../telegram/webhook.ts";
import type { Place } from "../journal/alone.ts";
import { type CrewStanding, troublesOf } from "../page/health_report.ts";
import { type PageOptions, type PageServer, servePage } from "../page/page.ts";
import { statesOf } from "../profiles/shown_menu.ts";
import { keepFewConnections } from "../telegram/http.ts";

type Built = "troubles" | "ownChats" | "health" | "notReady" | "onFewFiles";

/** What they need beside what they make themselves. */
export interface PagePartOptions extends Omit<PageOptions, Built> {
  readonly clock: Pick<Clock, "momentOf">;
  readonly crew: Pick<Place, "isAlive">;
  /** As of `createHealth`. */
  readonly standing: (() => CrewStanding) | undefined;
  /** Whether what an earlier process left is taken up. */
  readonly hasStarted: () => boolean;
  readonly chats: Pick<AllManagersChats, "main" | "ownChats">;
  /** When Telegram last answered, as far as any process knows. */
  readonly lastPolledAtMs: () => number | undefined | Promise<number | undefined>;
  /** Undefined where updates are polled for. */
  readonly webhookState: () => WebhookState | undefined;
}

/** Serves the page at once. */
export function createPagePart(options: PagePartOptions): {
  readonly page: PageServer;
  readonly health: Health;
} {
  const { clock, chats, profiles, lastPolledAtMs, webhookState } = options;
  const momentOf = (elapsed: number | undefined) =>
    elapsed === undefined ? undefined : clock.momentOf(elapsed);
  const ownChats = () =>
    chats.ownChats().map((each) => ({
      ...each,
      failsSinceMs: momentOf(each.failsSinceMs),
      problemSinceMs: momentOf(each.problemSinceMs),
    }));
  const health = createHealth({
    ...options,
    lastPolledAtMs,
    adminChatFailsSinceMs: () => momentOf(chats.main.failsSinceMs()),
    adminChatProblem: chats.main.problem,
    adminChatProblemSinceMs: () => momentOf(chats.main.problemSinceMs()),
    ownChats,
    webhook: webhookState,
  });
  const page = servePage({
    ...options,
    troubles: async () => troublesOf(await health.facts()),
    ownChats,
    health: async () => ({
      ...await health.check(),
      profilesBrokenSinceMs: profiles.breakage()?.sinceMs,
      profileStates: statesOf(profiles.current()),
      crmTroubles: await options.crmTroubles().catch(() => []), // Its reason, the journal, is told.
      crmTokens: options.crmTokens(),
      withoutKey: options.profilesWithoutKey(),
    }),
    notReady: () => [
      ...options.hasStarted() ? [] : ["starting" as const],
      ...options.stopping.aborted ? ["stopping" as const] : [],
      ...options.crew.isAlive() ? [] : ["no_lease" as const],
      ...health.isFailing() ? ["database" as const] : [],
    ],
    onFewFiles: keepFewConnections,
  });
  return { page, health };
}
