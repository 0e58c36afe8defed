// The page for what could not be done: one sentence, and the way back.

import type { Language } from "../../page/language.ts";
import { DEMO } from "./words.ts";
import { Head } from "./head.tsx";

/** A whole page for a status. */
export function RefusalPage(
  { status, language }: { readonly status: number; readonly language: Language },
) {
  const words = DEMO[language];
  const refused: Readonly<Record<number, string>> = words.refused;
  return (
    <html lang={language}>
      <Head title={words.title} />
      <body class="demo">
        <main class="refusal">
          <h1>Triborg</h1>
          <p>{refused[status] ?? words.refused[500]}</p>
          <p>
            <a href="/demo">{words.back}</a>
          </p>
        </main>
      </body>
    </html>
  );
}
