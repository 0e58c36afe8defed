// What a webhook address has to look like, and which host it names. Asks nobody.

/** Why nothing can be fetched from or posted to an address; null if it can. Never quotes the address: it is a secret. */
export function addressFault(address: string): string | null {
  const wanted = "нужен адрес http:// или https:// без логина и пароля";
  const url = URL.parse(address.trim());
  // URL.parse mends "http:/host" and "http:\\host"; what is not written plainly cannot be masked either.
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

/** The host of a webhook address, with its port, as the address spells it. Empty if it has none. */
export function hostOf(url: string): string {
  return /^\s*https?:\/\/(?:[^/?#]*@)?([^/?#\s]*)/i.exec(url)?.[1] ?? "";
}
