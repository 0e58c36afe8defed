// The POST that adds a note to a deal. Sends nothing.

import type { AmoCrmSettings } from "../../profiles/crm.ts";
import type { DestinationContext, NoPost, PreparedPost } from "../prepared.ts";
import { amoCrmJudge } from "./answer.ts";
import { apiCall } from "./api.ts";

/** The POST of a note; the same note sent twice is there twice. */
export function notePost(
  settings: AmoCrmSettings,
  { deal, text }: { readonly deal: number; readonly text: string },
  context: DestinationContext,
): PreparedPost | NoPost {
  const call = apiCall(settings, `leads/${deal}/notes`, context);
  if ("fault" in call) return call;
  return {
    ...call,
    isUrlPublic: true,
    body: JSON.stringify([{ note_type: "common", params: { text } }]),
    judge: amoCrmJudge(settings, context.nowMs),
  };
}
