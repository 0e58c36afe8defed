// The mark of a lead's place. Shape and colour each suffice to tell the places apart.

import type { ComponentChildren } from "preact";
import type { Place } from "../../lib/lead.ts";
import type { Language } from "../../lib/page/language.ts";
import { PLACE_NAMES } from "../words/places.ts";

const SIGNS: Readonly<Record<Place, string>> = {
  in_crm: "●",
  in_admin_chat: "▲",
  held: "◆",
  blocked: "✕",
  by_hand: "■",
  on_its_way: "○",
};

export function PlaceMark({ place }: { readonly place: Place }) {
  return <span class={`mark-${place}`} aria-hidden="true">{SIGNS[place]}</span>;
}

/** The mark with its word, in legends also with a count, elsewhere with what belongs to it. */
export function PlaceName({ place, leads, language, children }: {
  readonly place: Place;
  readonly leads?: number;
  readonly language: Language;
  readonly children?: ComponentChildren;
}) {
  return (
    <span class="place">
      <PlaceMark place={place} /> {PLACE_NAMES[language][place]}
      {leads !== undefined && ` ${leads}`}
      {children}
    </span>
  );
}
