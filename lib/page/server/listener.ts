// Listens for the page, and goes on: a port that is taken and an accept that fails are tried again. Knows no HTTP.

import { waitMs } from "../../backoff.ts";
import { listenFault } from "./listen_fault.ts";
import { messageOf } from "../../log/error_words.ts";
import type { Log } from "../../log/log.ts";

/** The longest wait before the next try, in ms: the page is back within 5 s after the cause is gone. */
export const LONGEST_WAIT_MS = 4_000;

/** The log tells of accepts that fail at most this often, in ms. */
const TELL_EVERY_MS = 60_000;

/** After so many failures in a row the listener is closed and opened anew. */
const FAILURES_OF_A_LISTENER = 3;

/** Where to listen, and who takes the connections. */
export interface ListenerOptions {
  readonly host: string;
  /** 0 takes a free port, and keeps it. */
  readonly port: number;
  /** Whether Telegram's updates come to it too: then the bot is deaf without it. */
  readonly takesUpdates?: boolean;
  /** Opens a listener; throws where it cannot. */
  readonly listen: (options: { hostname: string; port: number }) => Listened;
  /** Takes a connection over. The next one is accepted when it is done; it never rejects. */
  readonly take: (connection: Deno.TcpConn) => Promise<void>;
  /** Told when a connection could not be accepted, mostly for want of open files; whether there is room now. */
  readonly onFailure: () => boolean;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  /** A monotonic clock for spans, in ms. */
  readonly elapsedMs: () => number;
  readonly log: Log;
}

/** What of Deno's listener is used. */
export type Listened = Pick<Deno.TcpListener, "accept" | "addr" | "close">;

/** A listener that comes back. */
export interface Listener {
  /** Where it listens; undefined while it cannot. */
  address(): Deno.NetAddr | undefined;
  close(): void;
}

/** Listens until it is closed. Tries at once; where that fails the log says so, and it goes on trying. */
export function keepListening(options: ListenerOptions): Listener {
  const { host, take, onFailure, sleep, random, elapsedMs, log } = options;
  let { port } = options;
  let listener: Listened | undefined;
  let missing = false; // And the log says so.
  let toldAtMs = -Infinity;
  let failures = 0;
  let closed = false;

  function report(error: unknown): void {
    const cause = listener === undefined ? listenFault(error) : messageOf(error);
    if (listener === undefined) {
      if (missing) return;
      missing = true;
      const facts = { host, port, cause };
      if (options.takesUpdates) {
        log.error(
          "❌ Не открыть {host}:{port}: {cause}. Без него не приходят обновления на WEBHOOK_URL и нет страницы настроек, пробуем снова",
          facts,
        );
      } else {
        log.warn(
          "⚠️ Страницу настроек не открыть на {host}:{port}: {cause}. Бот работает без неё, пробуем снова",
          facts,
        );
      }
    } else if (elapsedMs() - toldAtMs >= TELL_EVERY_MS) {
      toldAtMs = elapsedMs();
      log.warn(
        "⚠️ Страница настроек на {host}:{port} не приняла соединение: {cause}. Пробуем снова",
        { host, port, cause },
      );
    }
  }

  function open(): Listened {
    const opened = options.listen({ hostname: host, port });
    port = opened.addr.port;
    if (missing) log.info("✅ Страница настроек открыта на {host}:{port}", { host, port });
    missing = false;
    return opened;
  }

  async function acceptOne(): Promise<void> {
    listener ??= open();
    const connection = await listener.accept();
    failures = 0;
    await take(connection);
  }

  async function acceptAll(): Promise<void> {
    while (!closed) {
      try {
        await acceptOne();
      } catch (error) {
        if (closed) return;
        if (onFailure()) continue;
        failures += 1;
        report(error);
        if (failures % FAILURES_OF_A_LISTENER === 0) closeListener();
        await sleep(Math.min(waitMs(failures, random()), LONGEST_WAIT_MS));
      }
    }
  }

  function closeListener(): void {
    try {
      listener?.close();
    } catch {
      // It is closed already.
    }
    listener = undefined;
  }

  try {
    listener = open();
  } catch (error) {
    report(error);
  }
  void acceptAll();
  return {
    address: () => listener?.addr,
    close() {
      closed = true;
      closeListener();
    },
  };
}
