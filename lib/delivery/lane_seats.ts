// Which seat the work of each lane belongs to, so that one process at a time does it. A process alone needs none of this.

import { crmSeat, nameFor, type Seats, UPKEEP_SEAT } from "../journal/seats.ts";
import { type Route, routeOf } from "../crm/destination.ts";
import { PACED_LANES, SEND_ALL_LANES } from "../journal/journal.ts";
import type { Profiles } from "../profiles/profile.ts";

/** The place of a process beside others that work on the same journal. */
export interface Beside {
  readonly seats: Seats;
  /** Tells the others that a lane of theirs may have due work. Must not throw. */
  readonly elsewhere: () => void;
}

/** What an outbox needs to know of it; nothing for a process alone. @param seatOf Undefined for lanes of all processes. */
export function besideOthers(
  beside: Beside | undefined,
  seatOf: (lane: string) => string | undefined,
) {
  if (beside === undefined) return {};
  const { seats, elsewhere } = beside;
  return { nameFor: (lane: string) => nameFor(seats, seatOf(lane)), elsewhere };
}

/**
 * The seat of a lane of POSTs. Those of a run leave one after another, so that it ends when the CRM fails again; whose turn the
 * account keeps is known to the process that makes all calls to it.
 */
export function seatOfPosts(lane: string, profiles: Profiles): string | undefined {
  if (lane.startsWith(PACED_LANES)) return crmSeat(lane.slice(PACED_LANES.length));
  if (!lane.startsWith(SEND_ALL_LANES)) return undefined;
  const profile = profiles.byKey.get(lane.slice(SEND_ALL_LANES.length));
  return seatOfRoute(profile === undefined ? null : routeOf(profile)) ?? UPKEEP_SEAT;
}

/** The accounts whose calls keep a rate. */
export function pacedAccounts({ byKey }: Profiles): string[] {
  const routes = [...byKey.values()].map(routeOf);
  return routes.flatMap((route) =>
    route !== null && route.callsPerSecond !== null ? [route.host] : []
  );
}

function seatOfRoute(route: Route | null): string | undefined {
  return route === null || route.callsPerSecond === null ? undefined : crmSeat(route.host);
}
