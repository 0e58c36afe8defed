// The mark of where a lead is: a shape and a colour of its own, so that each is told from the others without the other.

import type { Place } from "../../lib/lead.ts";
import type { Language } from "../../lib/page/language.ts";
import { PLACE_NAMES } from "../words/places.ts";

const SIGNS: Readonly<Record<Place, string>> = {
  in_crm: "●",
  in_admin_chat: "▲",
  held: "◆",
  by_hand: "■",
  on_its_way: "○",
};

export function PlaceMark({ place }: { readonly place: Place }) {
  return <span class={`mark-${place}`} aria-hidden="true">{SIGNS[place]}</span>;
}

/** The mark with its word; with a count, as legends have it. */
export function PlaceName({ place, leads, language }: {
  readonly place: Place;
  readonly leads?: number;
  readonly language: Language;
}) {
  return (
    <span class="place">
      <PlaceMark place={place} /> {PLACE_NAMES[language][place]}
      {leads !== undefined && ` ${leads}`}
    </span>
  );
}
