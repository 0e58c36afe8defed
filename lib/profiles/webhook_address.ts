// Checks a webhook address and names its host. Resolves no names.

/** Why an address cannot be fetched from or posted to; null if it can. Never quotes the address, which is a secret. */
export function addressFault(address: string): string | null {
  const wanted = "нужен адрес http:// или https:// без логина и пароля";
  const url = URL.parse(address.trim());
  // URL.parse corrects "http:/host" and "http:\\host", but then the mask would not find the address as written.
  const plain = /^[a-z][a-z\d+.-]*:\/\/[^\\\s]+$/i.test(address.trim());
  if (url === null || (!plain && url.protocol.startsWith("http"))) {
    return `не похоже на адрес, ${wanted}`;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return `найдена схема «${url.protocol}», ${wanted}`;
  }
  if (url.username !== "" || url.password !== "") return `найден адрес с логином, ${wanted}`;
  return null;
}

/** The host of a webhook address with its port, as spelled; empty if there is none. */
export function hostOf(url: string): string {
  return /^\s*https?:\/\/(?:[^/?#]*@)?([^/?#\s]*)/i.exec(url)?.[1] ?? "";
}
