// The PATCH that puts a phone into a deal's contact. Sends nothing.

import type { AmoCrmSettings } from "../../profiles/crm.ts";
import type { DestinationContext, NoPost, PreparedPost } from "../prepared.ts";
import { amoCrmJudge } from "./answer.ts";
import { apiCall } from "./api.ts";

/** The PATCH of a contact's phone, which replaces what stood there; the same one sent twice changes nothing more. */
export function phonePatch(
  settings: AmoCrmSettings,
  { contact, phone }: { readonly contact: number; readonly phone: string },
  context: DestinationContext,
): PreparedPost | NoPost {
  const call = apiCall(settings, `contacts/${contact}`, context);
  if ("fault" in call) return call;
  const values = [{ value: phone, enum_code: "WORK" }];
  return {
    ...call,
    method: "PATCH",
    isUrlPublic: true,
    body: JSON.stringify({ custom_fields_values: [{ field_code: "PHONE", values }] }),
    judge: amoCrmJudge(settings, context.nowMs),
  };
}
