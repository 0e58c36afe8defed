// Which connections are kept: a bounded number, and who makes way for a newcomer. Knows no sockets.

/**
 * Most connections that are open at once. With 256 POSTs and Telegram's calls it stays well below the 1,024 open
 * files that many systems allow.
 */
export const MOST_CONNECTIONS = 128;

/** However few files may be open, this many connections are tried. */
const LEAST_CONNECTIONS = 8;

/** How long the bound stays lower after files ran out, in ms. */
export const LOWERED_FOR_MS = 60_000;

/** What is asked of a connection. */
export interface Peer {
  readonly address: string;
  /** It waits for this side. Otherwise the peer has to send or to read something, and can make way. */
  readonly isServed: boolean;
  destroy(): unknown;
}

/** The connections that are open. */
export interface Connections<T extends Peer> {
  /**
   * Admits a connection, if needed in place of the longest waiting one of the address that has most; false when all are being
   * served. So a peer that opens many displaces its own.
   */
  admit(peer: T): boolean;
  /** The peer begins to wait anew, after those who wait already. */
  waits(peer: T): void;
  leave(peer: T): void;
  /** Files have run out: closes half of the connections, and keeps no more for a while. */
  shed(): void;
  /** Those that are open, the longest waiting first. */
  all(): readonly T[];
}

/**
 * @param elapsedMs A monotonic clock for spans, in ms.
 * @param onCrowd Told when a connection is closed, or not admitted, for want of room.
 */
export function createConnections<T extends Peer>(
  elapsedMs: () => number,
  onCrowd: () => void,
): Connections<T> {
  const open = new Set<T>();
  let lowered = { most: MOST_CONNECTIONS, untilMs: -Infinity };

  function most(): number {
    return elapsedMs() < lowered.untilMs ? lowered.most : MOST_CONNECTIONS;
  }

  function closeOne(): boolean {
    const waiting = new Map<string, T[]>();
    for (const peer of open) {
      if (peer.isServed) continue;
      const ofAddress = waiting.get(peer.address);
      if (ofAddress === undefined) waiting.set(peer.address, [peer]);
      else ofAddress.push(peer);
    }
    let largest: T[] = [];
    for (const peers of waiting.values()) if (peers.length > largest.length) largest = peers;
    const [longest] = largest;
    if (longest === undefined) return false;
    open.delete(longest);
    longest.destroy();
    return true;
  }

  return {
    admit(peer) {
      while (open.size >= most()) {
        onCrowd();
        if (!closeOne()) return false;
      }
      open.add(peer);
      return true;
    },
    waits(peer) {
      if (open.delete(peer)) open.add(peer);
    },
    leave: (peer) => void open.delete(peer),
    shed() {
      const half = Math.max(LEAST_CONNECTIONS, Math.floor(open.size / 2));
      lowered = { most: Math.min(half, most()), untilMs: elapsedMs() + LOWERED_FOR_MS };
      while (open.size > lowered.most && closeOne());
    },
    all: () => [...open],
  };
}
