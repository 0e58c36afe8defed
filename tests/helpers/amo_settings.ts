// The `crm` of a profile that is connected to amoCRM, and says nothing else.

import type { AmoCrmSettings } from "../../lib/profiles/crm.ts";

export const AMO_SETTINGS: AmoCrmSettings = {
  kind: "amocrm",
  account: "monster.amocrm.ru",
  tokenSecret: "amo",
  entry: "unsorted",
  pipelineId: null,
  statusId: null,
  responsibleUserId: null,
  tags: [],
  fields: new Map(),
};
