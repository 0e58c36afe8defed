// Asks an address for `/health`, over a connection of its own: no proxy, no redirect, a bounded answer.

import { isRecord } from "../../foreign.ts";
import { messageOf } from "../../log/error_words.ts";
import { USER_AGENT } from "../../version.ts";

/** What an address answered. */
export type HealthLook =
  /** A Triborg. */
  | {
    readonly kind: "triborg";
    /** Null for one that is older than versions. */
    readonly version: string | null;
    /** Why it answers 503; empty when it is well. */
    readonly reasons: readonly string[];
  }
  | { readonly kind: "other"; readonly status: number; readonly location: string | null }
  /** It took the connection and answered no HTTP. */
  | { readonly kind: "silent" }
  | { readonly kind: "unknown_host" }
  | { readonly kind: "unconnected"; readonly reason: string }
  | { readonly kind: "untrusted"; readonly reason: string };

/** Where to connect, and what to ask for. */
export interface HealthAddress {
  readonly isHttps: boolean;
  readonly hostname: string;
  readonly port: number;
}

/** Longest answer that is read, in bytes. */
const MOST_BYTES = 64 * 1024;

/** Asks once. `signal` ends it, with what was learned so far. Never rejects. */
export async function askHealth(
  { isHttps, hostname, port }: HealthAddress,
  signal: AbortSignal,
  caCerts: readonly string[] = [],
): Promise<HealthLook> {
  let tcp: Deno.TcpConn;
  try {
    tcp = await Deno.connect({ hostname, port, signal });
  } catch (error) {
    const reason = messageOf(error);
    if (reason.includes("failed to lookup")) return { kind: "unknown_host" };
    return { kind: "unconnected", reason: signal.aborted ? "нет ответа" : reason };
  }
  let open: Deno.Conn = tcp;
  const close = () => {
    try {
      open.close();
    } catch {
      // It is closed already.
    }
  };
  signal.addEventListener("abort", close);
  try {
    if (isHttps) {
      try {
        const tls = await Deno.startTls(tcp, { hostname, caCerts: [...caCerts] });
        open = tls;
        signal.throwIfAborted();
        await tls.handshake();
      } catch (error) {
        return { kind: "untrusted", reason: signal.aborted ? "нет ответа" : messageOf(error) };
      }
    }
    const host = port === (isHttps ? 443 : 80) ? hostname : `${hostname}:${port}`;
    await open.write(new TextEncoder().encode(
      `GET /health HTTP/1.1\r\nhost: ${host}\r\nuser-agent: ${USER_AGENT}\r\nconnection: close\r\n\r\n`,
    ));
    return lookOf(await readAll(open));
  } catch {
    return { kind: "silent" };
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

async function readAll(conn: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(16 * 1024);
  let text = "";
  for (let bytes = 0; bytes < MOST_BYTES;) {
    // A peer that resets after its answer has answered.
    const length = await conn.read(buffer).catch((error) => {
      if (text === "") throw error;
      return null;
    });
    if (length === null) break;
    bytes += length;
    text += decoder.decode(buffer.subarray(0, length), { stream: true });
  }
  return text;
}

function lookOf(answer: string): HealthLook {
  const [head = "", ...rest] = answer.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const [protocol = "", code = ""] = first.split(" ");
  const status = Number(code);
  if (!protocol.startsWith("HTTP/") || !Number.isInteger(status)) return { kind: "silent" };
  const report = reportIn(rest.join(""));
  if (report !== undefined) return report;
  const location = lines.find((line) => line.toLowerCase().startsWith("location:"));
  return { kind: "other", status, location: location?.slice("location:".length).trim() ?? null };
}

/** The report, with or without the frames of a chunked body; undefined for any other JSON. */
function reportIn(body: string): HealthLook | undefined {
  let report: unknown;
  try {
    report = JSON.parse(body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1));
  } catch {
    return undefined;
  }
  if (!isRecord(report) || typeof report["ok"] !== "boolean") return undefined;
  const { reasons, version } = report;
  if (!Array.isArray(reasons)) return undefined;
  return {
    kind: "triborg",
    version: typeof version === "string" ? version.slice(0, 40) : null,
    reasons: reasons.filter((each) => typeof each === "string").map((each) => each.slice(0, 40)),
  };
}
