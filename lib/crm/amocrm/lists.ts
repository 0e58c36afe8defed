// What an account offers to choose from: its name, its pipelines with their statuses, its users. Sends nothing.

import { isRecord, isWhole } from "../../foreign.ts";
import { jsonOf, memberOf } from "../answer_words.ts";
import type { DestinationContext, NoPost } from "../prepared.ts";
import { type AccountAccess, type ApiCall, apiCall } from "./api.ts";

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

/** An account that a token belongs to. */
export interface Account {
  readonly name: string;
  readonly subdomain: string;
}

/** Reads the answer to `account`; undefined for another text. */
export function readAccount(text: string): Account | undefined {
  const json = jsonOf(text);
  return isWhole(memberOf(json, "id"), 1)
    ? { name: textOf(json, "name"), subdomain: textOf(json, "subdomain") }
    : undefined;
}

/** A user who may be responsible for leads. */
export interface User {
  readonly id: number;
  readonly name: string;
}

/** Reads the answer to `users`; undefined for another text. */
export function readUsers(text: string): readonly User[] | undefined {
  return readList(text, "users", named);
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

/** Reads the answer to `pipelines`; undefined for another text. «Неразобранное» is no status that a lead can be put into. */
export function readPipelines(text: string): readonly Pipeline[] | undefined {
  return readList(text, "pipelines", (each) => {
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
  text: string,
  key: string,
  entryOf: (value: unknown) => T | undefined,
): readonly T[] | undefined {
  if (text === "") return [];
  const json = jsonOf(text);
  return isRecord(json) ? embedded(json, key).flatMap((each) => entryOf(each) ?? []) : undefined;
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
