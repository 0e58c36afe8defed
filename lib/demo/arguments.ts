// What may stand after `deno task demo`.

/** How the demo is to run. */
export interface DemoArguments {
  /** End after the transcript; the exit code says whether every promise was kept. */
  readonly once: boolean;
  /** English for transcript, page and visitor. */
  readonly english: boolean;
  /** Where the page listens; null for the usual port, or a free one where that is taken. */
  readonly port: number | null;
}

export type ArgumentsResult =
  | { readonly kind: "run"; readonly args: DemoArguments }
  | { readonly kind: "help" }
  /** What is wrong, as a sentence in each language: which one is wished may be what is wrong. */
  | { readonly kind: "fault"; readonly message: string };

/** Answers `--help`. */
export const USAGE = `deno task demo [--en] [--port 8010] [--once]

  --en         по-английски: протокол, страница и посетитель · transcript, page and visitor in English
  --port 8010  порт страницы демо · the port of the demo's page
  --once       только протокол; код выхода 1, если обещание не сдержано · the transcript only; exit code 1 if a promise was broken`;

/** Reads the arguments. */
export function readArguments(given: readonly string[]): ArgumentsResult {
  let args: DemoArguments = { once: false, english: false, port: null };
  const rest = given.flatMap((each) => each.startsWith("--port=") ? each.split("=", 2) : [each]);
  for (let at = 0; at < rest.length; at += 1) {
    const each = rest[at];
    switch (each) {
      case "--once":
        args = { ...args, once: true };
        break;
      case "--en":
        args = { ...args, english: true };
        break;
      case "--help":
      case "-h":
        return { kind: "help" };
      case "--port": {
        const port = readPort(rest[++at] ?? "");
        if (port === undefined) {
          const found = shown(rest[at] ?? "");
          return fault(
            `--port: найдено «${found}», нужно целое число от 0 до 65535`,
            `--port: "${found}" is no whole number from 0 to 65535`,
          );
        }
        args = { ...args, port };
        break;
      }
      default:
        return fault(
          `Неизвестно: «${shown(each ?? "")}». Можно: --en, --port, --once, --help`,
          `unknown: "${shown(each ?? "")}". Possible: --en, --port, --once, --help`,
        );
    }
  }
  return { kind: "run", args };
}

function readPort(text: string): number | undefined {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port <= 65_535 ? port : undefined;
}

function fault(russian: string, english: string): ArgumentsResult {
  return { kind: "fault", message: `${russian} · ${english}` };
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
