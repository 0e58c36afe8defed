// How long amoCRM's token still works.

import { CRM } from "../../words/crm.ts";
import { Caution, FaultLine } from "../fields.tsx";
import type { Frame } from "../page.tsx";
import type { TokenView } from "./crm_view.ts";

/** From this many days on the line is a warning. */
const SOON_DAYS = 30;

export function TokenEnd({ token, frame }: { readonly token: TokenView; readonly frame: Frame }) {
  const words = CRM[frame.language];
  if (token.kind === "odd") return <Caution>{words.tokenOdd}</Caution>;
  if (token.days < 0) return <FaultLine fault={words.tokenEnded(token.date)} />;
  const text = words.tokenEnd(token.date, token.days);
  return token.days <= SOON_DAYS ? <Caution>{text}</Caution> : <p class="hint">{text}</p>;
}
