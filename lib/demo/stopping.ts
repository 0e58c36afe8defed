// Ctrl-C and the signals of a service manager: the first asks the demo to end in order, the second ends it at once.

/** The exit code after SIGINT, as shells give it. */
export const EXIT_INTERRUPTED = 130;

/** Windows has no SIGTERM. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Resolves at the first signal. */
export function untilSignalled(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isFirst = true;
  for (const signal of SIGNALS) {
    Deno.addSignalListener(signal, () => {
      if (!isFirst) Deno.exit(EXIT_INTERRUPTED);
      isFirst = false;
      resolve();
    });
  }
  return promise;
}
