// The schema of a `crm` of kind webhook: headers, body, and which answers accept a lead. Touches no file.

import * as v from "valibot";
import { ACCEPTED_STATUSES } from "./crm.ts";
import { bodyFaults, fewKeys, listOf, pathTo, secretName } from "./crm_values.ts";
import { found } from "./faults.ts";
import { headerFault, headerNameFault } from "./header_checks.ts";
import { atMost, dictionary, object, text } from "./value_schemas.ts";
import { LIMITS } from "./limits.ts";

const headers = v.pipe(
  object,
  fewKeys("заголовков", 32),
  dictionary(v.pipe(v.string(), atMost(LIMITS.text)), headerNameFault),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const seen = new Set<string>();
    for (const [name, value] of dataset.value) {
      const message = seen.has(name.toLowerCase())
        ? "такой заголовок уже есть, нужен другой"
        : headerFault(name, value);
      seen.add(name.toLowerCase());
      if (message !== null) addIssue({ message, path: pathTo([name]) });
    }
  }),
);

const body = v.pipe(
  object,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const { path, message } of bodyFaults(dataset.value)) {
      addIssue({ message, path: pathTo(path) });
    }
  }),
);

const wantsStatus = (issue: v.BaseIssue<unknown>) =>
  `${found(issue.input)}, нужно целое число от 200 до 299`;

const status = v.pipe(
  v.number(wantsStatus),
  v.integer(wantsStatus),
  v.minValue(200, wantsStatus),
  v.maxValue(299, wantsStatus),
);

/** A name by RFC 1123, 2.1; a redirect to an IP address is no success of a known service. */
const HOST = /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]{0,61}[a-z\d]$/i;

const host = v.pipe(
  v.string(),
  v.check(
    (value) => HOST.test(value),
    "не похоже на хост, нужно имя вида script.googleusercontent.com",
  ),
  v.toLowerCase(),
);

/** A `crm` of kind webhook; every key but `kind` may be missing. */
export const WebhookSchema = v.looseObject({
  kind: v.literal("webhook"),
  headers: v.nullish(headers, {}),
  body: v.nullish(body, null),
  accepted: v.nullish(
    v.pipe(
      listOf(status, "статусов", 100),
      v.minLength(1, "список пуст, нужно целое число от 200 до 299"),
    ),
    () => [...ACCEPTED_STATUSES],
  ),
  redirect_hosts: v.nullish(listOf(host, "хостов", 20), []),
  refused_by: v.nullish(text(255), null),
  signing: v.nullish(secretName, null),
});
