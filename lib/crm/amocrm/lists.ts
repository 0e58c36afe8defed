// What an account offers to choose from: its name, its pipelines with their statuses, its users. Sends nothing.

import { isRecord, isWhole } from "../../foreign.ts";
import type { CrmTrouble } from "../../lead.ts";
import { jsonOf, memberOf } from "../answer_words.ts";
import type { CrmAnswer, DestinationContext, NoPost } from "../prepared.ts";
import { troubleOf } from "./answer.ts";
import { type AccountAccess, type ApiCall, apiCall } from "./api.ts";
import { reasonOf } from "./errors.ts";

/** The most that is worth reading of a list, in bytes: users come with all their rights. */
export const MAX_LIST_BYTES = 2 * 1024 * 1024;

const PATHS = {
  account: "account",
  pipelines: "leads/pipelines",
  users: "users?limit=250",
} as const;

/** The GET of a list; it creates nothing. */
export function listCall(
  what: keyof typeof PATHS,
  access: AccountAccess,
  context: Pick<DestinationContext, "secret" | "amoCrmRoot">,
): ApiCall | NoPost {
  return apiCall(access, PATHS[what], context);
}

/** What was read, or why there is nothing. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string; readonly trouble?: CrmTrouble };

/** An account that a token belongs to. */
export interface Account {
  readonly id: number;
  readonly name: string;
  readonly subdomain: string;
}

/** Reads the answer to `account`. */
export function readAccount(answer: CrmAnswer): Read<Account> {
  return read(answer, (json) => {
    const [id, name, subdomain] = [
      memberOf(json, "id"),
      textOf(json, "name"),
      textOf(json, "subdomain"),
    ];
    return isWhole(id, 1) ? { id, name, subdomain } : undefined;
  });
}

/** A user who may be responsible for leads. */
export interface User {
  readonly id: number;
  readonly name: string;
}

/** Reads the answer to `users`. */
export function readUsers(answer: CrmAnswer): Read<readonly User[]> {
  return readList(answer, "users", named);
}

/** A pipeline with the statuses that a lead may go to. */
export interface Pipeline extends User {
  readonly isMain: boolean;
  readonly statuses: readonly Status[];
}

/** A status of a pipeline; `end` is set where a deal ends. */
export interface Status extends User {
  readonly end: "won" | "lost" | null;
}

/** Reads the answer to `pipelines`; «Неразобранное» is no status that a lead can be put into. */
export function readPipelines(answer: CrmAnswer): Read<readonly Pipeline[]> {
  return readList(answer, "pipelines", (each) => {
    const pipeline = named(each);
    return pipeline && {
      ...pipeline,
      isMain: memberOf(each, "is_main") === true,
      statuses: embedded(each, "statuses").flatMap((status) => statusOf(status) ?? []),
    };
  });
}

/** The type of «Неразобранное». */
const UNSORTED = 1;

/** The same in every pipeline of every account. */
const ENDS: ReadonlyMap<number, "won" | "lost"> = new Map([[142, "won"], [143, "lost"]]);

function statusOf(value: unknown): Status | undefined {
  const status = named(value);
  if (status === undefined || memberOf(value, "type") === UNSORTED) return undefined;
  return { ...status, end: ENDS.get(status.id) ?? null };
}

function named(value: unknown): User | undefined {
  const id = memberOf(value, "id");
  return isWhole(id, 1) ? { id, name: textOf(value, "name") || String(id) } : undefined;
}

/** An empty list is 204 without a body. */
function readList<T>(
  answer: CrmAnswer,
  key: string,
  entryOf: (value: unknown) => T | undefined,
): Read<readonly T[]> {
  if (answer.status === 204) return { ok: true, value: [] };
  return read(
    answer,
    (json) =>
      isRecord(json) ? embedded(json, key).flatMap((each) => entryOf(each) ?? []) : undefined,
  );
}

function read<T>(
  { status, text, isWhole }: CrmAnswer,
  valueOf: (json: unknown) => T | undefined,
): Read<T> {
  if (status !== 200) {
    const reason = `amoCRM ответила ${status}: ${reasonOf({ status, text })}`;
    const trouble = troubleOf(status);
    return trouble === undefined ? { ok: false, reason } : { ok: false, reason, trouble };
  }
  const value = isWhole ? valueOf(jsonOf(text)) : undefined;
  return value === undefined
    ? { ok: false, reason: isWhole ? "ответ amoCRM не прочесть" : "ответ amoCRM слишком длинный" }
    : { ok: true, value };
}

/** More than a person chooses from. */
const MOST_ENTRIES = 1000;

function embedded(value: unknown, key: string): readonly unknown[] {
  const list = memberOf(memberOf(value, "_embedded"), key);
  return Array.isArray(list) ? list.slice(0, MOST_ENTRIES) : [];
}

const MAX_NAME_CHARACTERS = 255;

function textOf(value: unknown, key: string): string {
  const text = memberOf(value, key);
  return typeof text === "string" ? text.slice(0, MAX_NAME_CHARACTERS).toWellFormed() : "";
}
