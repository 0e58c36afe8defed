// Which addresses Telegram takes as a link in a text. Fetches nothing.

const TAKEN_PROTOCOLS = new Set(["http:", "https:", "tg:", "ton:", "tonsite:"]);

/** Why Telegram refuses an address; undefined when it takes it. */
export function linkFault(address: string): string | undefined {
  if (address.trim() === "") return "URL host is empty";
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
  if (scheme && !TAKEN_PROTOCOLS.has(`${scheme}:`)) return "Unsupported URL protocol";
  if (scheme && scheme !== "http" && scheme !== "https") return undefined;
  const url = URL.parse(scheme ? address : `http://${address}`);
  return url?.hostname.includes(".") ? undefined : "Wrong HTTP URL";
}

/** The user that a `tg://user?id=…` link mentions. */
export function mentionedUserId(address: string): number | undefined {
  const id = /^tg:\/\/user\?id=(\d+)$/.exec(address)?.[1];
  return id === undefined ? undefined : Number(id);
}
