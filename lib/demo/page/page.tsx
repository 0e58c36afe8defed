// The demo's page: two phones with a CRM between them, on a narrow screen one at a time. Draws the stage; decides
// nothing.

import { CrmBox } from "./crm_box.tsx";
import { Door } from "./door.tsx";
import { Head } from "./head.tsx";
import { ManagersPhone, VisitorPhone } from "./phones.tsx";
import type { View } from "./view.ts";
import { DEMO } from "./words.ts";

/** The whole page. */
export function DemoPage({ stage, links, language }: Omit<View, "words">) {
  const words = DEMO[language];
  const view: View = { stage, links, language, words };
  return (
    <html lang={language}>
      <Head title={words.title}>
        <script type="module" src="/demo/page.js" />
      </Head>
      <body class="demo">
        <main>
          <header class="top">
            <div>
              <h1>{words.title}</h1>
              <p class="hint">{words.hint}</p>
            </div>
            <p class="doors">
              <Door to="/" words={words} class="door">{words.configPage}</Door>
              <Door to="/leads" words={words} class="door second">{words.leadsPage}</Door>
            </p>
          </header>
          <noscript>
            <p class="no-script">
              {words.noScript} <a href="/demo">{words.reload}</a>
            </p>
          </noscript>
          <Plays {...view} />
          <nav class="tabs" aria-label={words.tabs}>
            <Tab place="visitor" words={words}>{words.visitor}</Tab>
            <Tab place="crm" words={words}>{words.crm}</Tab>
            <Tab place="managers" words={words}>{words.managersShort}</Tab>
          </nav>
          <div class="stage">
            <VisitorPhone {...view} />
            <CrmBox {...view} />
            <ManagersPhone {...view} />
          </div>
          <p
            id="toast"
            role="status"
            class="toast"
            data-refused={words.refused[400]}
            data-stopped={words.stopped}
            hidden
          />
        </main>
      </body>
    </html>
  );
}

/** On a narrow screen one place is shown at a time; the script marks those where something has come. */
function Tab(
  { place, words, children }: {
    readonly place: string;
    readonly words: View["words"];
    readonly children: string;
  },
) {
  return (
    <a href={`#${place}`}>
      {children}
      <span class="dot" hidden>
        <span class="visually-hidden">, {words.news}</span>
      </span>
    </a>
  );
}

function Plays({ stage, words }: View) {
  const { playing } = stage.performance;
  return (
    <form
      class="plays"
      method="post"
      action="/demo/play"
      id="plays"
      aria-label={words.plays}
      data-live
    >
      {words.scenarios.map((title, index) => (
        <button
          type="submit"
          class="outline"
          id={`play-${index}`}
          name="scenario"
          value={String(index)}
          aria-pressed={playing === index ? "true" : "false"}
        >
          <span aria-hidden="true">▶</span>
          <span class="visually-hidden">{words.play}:</span> {title}
        </button>
      ))}
    </form>
  );
}
