// The doctor's look at the variables that send Deno's requests through a proxy.

import { PROXY_VARIABLES } from "../environment.ts";
import { messageOf } from "../../log/error_words.ts";
import { type Finding, findingsOf } from "./findings.ts";

/** What a proxy's port is where its address names none, by scheme. */
const PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443, "socks5:": 1080 };

/** Whether a proxy is named, and takes connections. */
export async function lookAtProxy(
  lookup: (name: string) => string | undefined,
  signal: AbortSignal,
): Promise<Finding> {
  const { good, fault } = findingsOf("Прокси");
  const name = PROXY_VARIABLES.find((each) => lookup(each)?.trim());
  if (name === undefined) return good("не задан, соединения прямые");
  const url = URL.parse(lookup(name)?.trim() ?? "");
  if (url === null || url.hostname === "") {
    return fault(`${name}: не похоже на адрес прокси, нужен вид http://proxy.example:3128`);
  }
  const { hostname } = url;
  const port = Number(url.port) || PORTS[url.protocol] || 80;
  try {
    (await Deno.connect({ hostname, port, signal })).close();
    return good(`${name}: Telegram и CRM по https вызываются через ${hostname}:${port}`);
  } catch (error) {
    const cause = signal.aborted ? "нет ответа" : messageOf(error);
    return fault(
      `${name}: прокси ${hostname}:${port} не принимает соединений (${cause}): исправьте или уберите переменную`,
    );
  }
}
