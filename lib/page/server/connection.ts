// One TCP connection as the stream that node:http reads and writes, with deadlines. Knows no HTTP.

import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { networkOf } from "../security.ts";

/** Read at once, in bytes. */
const READ_BYTES = 16 * 1024;

/** Written at once, in bytes: what one deadline is for. */
const WRITE_BYTES = 64 * 1024;

/** How long the peer may still send after the last answer, in ms: closed at once, it could lose that answer. */
const LINGER_MS = 1_000;

/** A connection; it closes itself when a deadline passes. */
export class Connection extends Duplex {
  /** Where it comes from; a whole /64 of IPv6 is one address. */
  readonly address: string;
  /** Its request is there, and its answer is not made yet. */
  isAnswering = false;
  /** Called when bytes arrive, before they are handed on. */
  onBytes: () => void = () => {};
  readonly #tcp: Deno.TcpConn;
  readonly #writeMs: number;
  #isWriting = false;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  /** @param writeMs How long the peer may take to read 64 KiB, in ms. */
  constructor(tcp: Deno.TcpConn, writeMs: number) {
    super();
    this.#tcp = tcp;
    this.#writeMs = writeMs;
    const { hostname } = tcp.remoteAddr;
    this.address = networkOf(hostname) ?? hostname;
    tcp.setNoDelay(true); // An answer goes out in several small writes.
  }

  get remoteAddr(): Deno.NetAddr {
    return this.#tcp.remoteAddr;
  }

  /** Whether it waits for this side; otherwise its peer has to send or to read something. */
  get isServed(): boolean {
    return this.isAnswering && !this.#isWriting;
  }

  /** Closes the connection after `ms`, instead of any earlier deadline; Infinity leaves it open. */
  closeIn(ms: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = ms === Infinity ? undefined : setTimeout(() => this.destroy(), ms);
  }

  /** Ends it after the last answer; node:http calls this where it closes a connection. */
  destroySoon(): void {
    if (this.destroyed) return;
    this.isAnswering = false;
    this.removeAllListeners("data").resume(); // What still comes is no request any more.
    this.end();
    this.closeIn(LINGER_MS);
  }

  override async _read(): Promise<void> {
    try {
      const bytes = Buffer.allocUnsafeSlow(READ_BYTES);
      const read = await this.#tcp.read(bytes);
      if (read !== null) this.onBytes();
      this.push(read === null ? null : bytes.subarray(0, read));
    } catch {
      this.destroy();
    }
  }

  override async _write(
    chunk: Uint8Array,
    _encoding: string,
    done: (error?: Error) => void,
  ): Promise<void> {
    let late: ReturnType<typeof setTimeout> | undefined;
    this.#isWriting = true;
    try {
      for (let at = 0; at < chunk.length; at += WRITE_BYTES) {
        late = setTimeout(() => this.destroy(), this.#writeMs);
        await this.#writeAll(chunk.subarray(at, at + WRITE_BYTES));
        clearTimeout(late);
      }
      this.#isWriting = false;
      done();
    } catch {
      clearTimeout(late);
      this.destroy();
    }
  }

  override _writev(
    chunks: readonly { readonly chunk: Uint8Array }[],
    done: (error?: Error) => void,
  ): void {
    void this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "", done);
  }

  override async _final(done: (error?: Error) => void): Promise<void> {
    await this.#tcp.closeWrite().catch(() => {}); // The peer has left.
    done();
  }

  override _destroy(_error: Error | null, done: (error?: Error) => void): void {
    clearTimeout(this.#deadline);
    try {
      this.#tcp.close();
    } catch {
      // It is closed already.
    }
    done();
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#tcp.write(bytes.subarray(at));
  }

  // What node:http asks of a socket, and this stream does without.
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
}
