// What amoCRM tells without making anything: the account, its pipelines and its users.

import { addressOf, type AmoCall, empty, selfLink, success } from "./amocrm_call.ts";
import type { AmoPipeline, AmoStatus } from "./amocrm_data.ts";
import { type AmoAnswer, problem } from "./amocrm_faults.ts";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 250;
const SORT_STEP = 10;

/** `GET account`. */
export function readAccount(call: AmoCall): AmoAnswer {
  const [subdomain = call.account] = call.account.split(".");
  return success({
    id: call.accountId,
    name: subdomain.toUpperCase(),
    subdomain,
    created_at: 1_600_000_000,
    current_user_id: call.data.users[0]?.id ?? 0,
    country: "RU",
    currency: "RUB",
    is_unsorted_on: true,
    _links: selfLink(call, "account"),
  });
}

/** `GET leads/pipelines`. */
export function readPipelines(call: AmoCall): AmoAnswer {
  const { pipelines } = call.data;
  if (pipelines.length === 0) return empty();
  return success({
    _total_items: pipelines.length,
    _links: selfLink(call, "leads/pipelines"),
    _embedded: { pipelines: pipelines.map((each, at) => pipelineAnswer(call, each, at)) },
  });
}

/** `GET users`, by `page` from 1 and `limit` up to 250. */
export function readUsers(call: AmoCall): AmoAnswer {
  const page = countOf(call.query.get("page"), 1);
  const limit = countOf(call.query.get("limit"), DEFAULT_LIMIT);
  if (page === null || limit === null || limit > MAX_LIMIT) {
    return problem(400, "Invalid page or limit");
  }
  const { users } = call.data;
  const shown = users.slice((page - 1) * limit, page * limit);
  if (shown.length === 0) return empty();
  const pathOf = (number: number) => `users?page=${number}&limit=${limit}`;
  const next = page * limit < users.length
    ? { next: { href: addressOf(call.account, pathOf(page + 1)) } }
    : {};
  return success({
    _total_items: users.length,
    _page: page,
    _page_count: Math.ceil(users.length / limit),
    _links: { ...selfLink(call, pathOf(page)), ...next },
    _embedded: {
      users: shown.map(({ id, name }) => ({
        id,
        name,
        email: `user${id}@example.com`,
        lang: "ru",
        _links: selfLink(call, `users/${id}`),
      })),
    },
  });
}

function pipelineAnswer(call: AmoCall, { id, name, isMain, statuses }: AmoPipeline, at: number) {
  return {
    id,
    name,
    sort: (at + 1) * SORT_STEP,
    is_main: isMain,
    is_unsorted_on: statuses.some(({ type }) => type === 1),
    is_archive: false,
    account_id: call.accountId,
    _links: selfLink(call, `leads/pipelines/${id}`),
    _embedded: { statuses: statuses.map((each, index) => statusAnswer(call, id, each, index)) },
  };
}

function statusAnswer(call: AmoCall, pipelineId: number, status: AmoStatus, at: number) {
  return {
    ...status,
    sort: (at + 1) * SORT_STEP,
    is_editable: status.type === 0,
    pipeline_id: pipelineId,
    color: "#99ccff",
    account_id: call.accountId,
    _links: selfLink(call, `leads/pipelines/${pipelineId}/statuses/${status.id}`),
  };
}

/** A whole number from 1 of a query; null for anything else. */
function countOf(given: string | null, otherwise: number): number | null {
  if (given === null) return otherwise;
  const count = Number(given);
  return Number.isSafeInteger(count) && count >= 1 ? count : null;
}
