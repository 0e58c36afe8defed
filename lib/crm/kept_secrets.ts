// The secrets that were typed on the page, as this process knows them: a request to a CRM does not wait for the journal.

import type { Journal, KeptSecret } from "../journal/journal.ts";

/** The secrets, the same as in the journal. */
export interface KeptSecrets {
  /** The value; undefined where there is none. Meant for requests to CRMs alone. */
  value(name: string): string | undefined;
  /** What is kept, by name. */
  all(): readonly KeptSecret[];
  /** Keeps a value; resolves when it is on disk. */
  keep(name: string, value: string, by: string, atMs: number): Promise<void>;
  remove(name: string): Promise<void>;
  /** Reads them again, as another process may have changed them. */
  renew(): Promise<void>;
}

/** Reads the secrets of a journal. */
export async function openKeptSecrets(
  journal: Pick<
    Journal,
    "secret" | "keptSecrets" | "keepSecret" | "removeSecret" | "committed"
  >,
): Promise<KeptSecrets> {
  let kept: readonly KeptSecret[] = [];
  let values: ReadonlyMap<string, string | undefined> = new Map();

  /** One after another: what is read is never older than what was read before. */
  let last: Promise<unknown> = Promise.resolve();

  function renew(): Promise<void> {
    const reading = last.then(read);
    last = reading.catch(() => {});
    return reading;
  }

  async function read(): Promise<void> {
    const all = await journal.keptSecrets();
    const found = new Map<string, string | undefined>();
    for (const { name } of all) found.set(name, await journal.secret(name));
    kept = all;
    values = found;
  }

  await renew();
  return {
    value: (name) => values.get(name),
    all: () => kept,
    async keep(name, value, by, atMs) {
      await journal.keepSecret(name, value, by, atMs);
      await journal.committed();
      await renew();
    },
    async remove(name) {
      await journal.removeSecret(name);
      await journal.committed();
      await renew();
    },
    renew,
  };
}
