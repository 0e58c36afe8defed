// The lead that tests a CRM: every text that people see says that it is none. Sends nothing.

import type { Lead } from "../lead.ts";
import type { Profile } from "../profiles/profile.ts";
import {
  type DestinationContext,
  type NoPost,
  type PreparedPost,
  prepareLead,
} from "./destination.ts";
import { testPayload } from "./payload.ts";

/** The POST that tests a profile's CRM. */
export function prepareTest(
  profile: Profile,
  id: string,
  context: DestinationContext,
): PreparedPost | NoPost {
  const post = prepareLead(profile, testLead(profile, id, context.nowMs), context);
  if (profile.crm !== null || "fault" in post) return post;
  return { ...post, body: JSON.stringify(testPayload(profile.name)) };
}

function testLead({ key, name }: Profile, id: string, nowMs: number): Lead {
  return {
    id,
    number: 0,
    state: "received",
    profile: key,
    profileName: `ТЕСТ. ${name}`,
    choice: "Это проверка адреса, не клиент. Сделку можно удалить",
    visitor: {
      userId: 1,
      username: "test",
      firstName: "Проверка вебхука",
      lastName: null,
      language: "ru",
    },
    chatId: 1,
    menuMessageId: 1,
    receivedAtMs: nowMs,
    source: null,
    phone: null,
    card: null,
  };
}
