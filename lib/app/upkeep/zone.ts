// The managers' time zone for scripts that read one variable of many. Reads no environment.

/** As `readConfig` reads TZ; a zone that there is not gives the default too: a script need not fail for it. */
export function readZone(value: string | undefined): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value || DEFAULT }).resolvedOptions().timeZone;
  } catch {
    return DEFAULT;
  }
}

const DEFAULT = "Europe/Moscow";
