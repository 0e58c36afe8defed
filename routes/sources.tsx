// A profile's sources: what each has brought, and links with QR codes for new ones.

import {
  mostSourceCharacters,
  type SourceFault,
  wordWithSource,
} from "../lib/profiles/link_word.ts";
import { define } from "../lib/page/state.ts";
import { DeepLink } from "./components/deep_link.tsx";
import { TextField } from "./components/fields.tsx";
import { frameOf, Page } from "./components/page.tsx";
import { SourceBars } from "./components/source_bars.tsx";
import { profileKey } from "./profile.tsx";
import { deepLink } from "./deep_link.ts";
import { PROFILES } from "./words/profiles.ts";
import { SOURCES, type SourcesWords } from "./words/sources.ts";

const MOST_SHOWN = 50;

export const handler = define.handlers({
  async GET(ctx) {
    const { deps, language } = ctx.state;
    const words = SOURCES[language];
    const key = profileKey(ctx);
    const profiles = deps.profiles.current();
    const name = profiles.byKey.get(key)?.name ?? key;
    const path = `/profiles/${key}`;
    const typed = ctx.url.searchParams.get("source")?.trim().slice(0, 100).toWellFormed() ?? "";
    const made = typed === "" ? undefined : wordWithSource(profiles, { key }, typed);
    const most = mostSourceCharacters({ key });
    const counts = await deps.journal.countSources(key, MOST_SHOWN);
    return ctx.render(
      <Page frame={await frameOf(ctx)} title={words.title(name)}>
        <p class="crumbs">
          <a href="/">{words.back}</a> · <a href={path} dir="auto">{name}</a>
        </p>
        <h1>{words.title(name)}</h1>
        <p class="hint">{words.hint}</p>
        <form class="small" method="get" action={`${path}/sources`}>
          <TextField
            name="source"
            label={words.make}
            value={typed}
            hint={words.makeHint(most)}
            fault={made !== undefined && "fault" in made
              ? faultText(made.fault, most, words)
              : undefined}
            isKey
            beside={<button type="submit" class="outline">{words.show}</button>}
          />
        </form>
        {made !== undefined && "word" in made && (
          <section class="source-link" aria-label={words.linkOf(typed)}>
            <h2>{words.linkOf(typed)}</h2>
            <DeepLink
              link={deepLink(deps, made.word)}
              name={typed}
              path={path}
              query={`?${new URLSearchParams({ source: typed })}`}
              file={made.word}
              words={PROFILES[language]}
            />
          </section>
        )}
        {counts.length === 0
          ? <p class="greeting">{words.empty}</p>
          : <SourceBars counts={counts} profile={key} words={words} />}
        {counts.length === MOST_SHOWN && <p class="hint">{words.more(MOST_SHOWN)}</p>}
      </Page>,
    );
  },
});

function faultText(fault: SourceFault, most: number, { faults }: SourcesWords): string {
  return fault === "long" ? faults.long(most) : faults[fault];
}
