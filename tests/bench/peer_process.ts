// Starts the peer's process, gives it orders, ends it.

import { textLines } from "../helpers/text_lines.ts";
import { inherited } from "./contestants.ts";
import { type Addresses, DEADLINE_MS, type Orders } from "./peer.ts";
import { DENO } from "../helpers/deno.ts";

export interface PeerProcess {
  readonly addresses: Addresses;
  /** Gives an order and waits for the report. @throws {Error} With the peer's words when it fails or takes too long. */
  order<Name extends keyof Orders>(
    name: Name,
    order: Orders[Name]["order"],
  ): Promise<Orders[Name]["report"]>;
  stop(): Promise<void>;
}

export async function startPeer(): Promise<PeerProcess> {
  const child = new Deno.Command(DENO, {
    args: ["run", "--allow-net", new URL("./peer.ts", import.meta.url).pathname],
    env: inherited(),
    clearEnv: true,
    stdin: "piped", // Its end tells the peer that the bench is gone.
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(textLines()).getReader();
  const { value } = await lines.read();
  if (value === undefined) throw new Error("The peer ended before it listened");
  const addresses: Addresses = JSON.parse(value);
  return {
    addresses,
    async order(name, order) {
      const response = await fetch(`${addresses.control}/${name}`, {
        method: "POST",
        body: JSON.stringify(order),
        signal: AbortSignal.timeout(DEADLINE_MS + 5_000),
      });
      const { report, error } = await response.json();
      if (error !== undefined) throw new Error(error);
      return report;
    },
    async stop() {
      child.kill("SIGTERM");
      await child.status;
      await lines.cancel();
      await child.stdin.close().catch(() => {});
    },
  };
}
