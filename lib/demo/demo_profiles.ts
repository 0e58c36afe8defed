// The profiles of the demo: the shipped ones, with a photo each, whose leads go to one of the simulated CRMs.

/** Where the leads go: to a webhook, or straight to amoCRM. */
export type Destination = "webhook" | "amocrm";

/** Writes the demo's locales.json. */
export interface DemoProfiles {
  /** Returns the profiles' keys. */
  write(destination: Destination): Promise<string[]>;
}

export function createDemoProfiles(
  path: string,
  { webhook, account }: { readonly webhook: string; readonly account: string },
): DemoProfiles {
  const crm = { kind: "amocrm", account, token: "{secret:amo}" };
  return {
    async write(destination) {
      const shipped = new URL("../../locales/locales.json", import.meta.url);
      const locales = JSON.parse(await Deno.readTextFile(shipped));
      const keys = Object.keys(locales).filter((key) => key !== "fallback");
      for (const key of keys) {
        Object.assign(locales[key], destination === "amocrm" ? { crm } : { webhook_url: webhook });
        locales[key].step1.photo_url = `https://example.com/${key}.jpg`;
      }
      await Deno.writeTextFile(path, JSON.stringify(locales, null, 2));
      return keys;
    },
  };
}
