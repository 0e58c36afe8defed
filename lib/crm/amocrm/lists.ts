// Reads amoCRM's lists: pipelines with their statuses, and users. Sends nothing.

import { isRecord, isWhole } from "../../foreign.ts";

export interface AmoPipeline {
  readonly id: number;
  readonly name: string;
  readonly isMain: boolean;
  readonly statuses: readonly AmoStatus[];
}

export interface AmoStatus {
  readonly id: number;
  readonly name: string;
  readonly isUnsorted: boolean;
}

export interface AmoUser {
  readonly id: number;
  readonly name: string;
}

export function readAccountName(body: unknown): string | undefined {
  return isRecord(body) && typeof body["name"] === "string" ? body["name"] : undefined;
}

export function readPipelines(body: unknown): AmoPipeline[] {
  return embedded(body, "pipelines").flatMap((each) => {
    const named = namedOf(each);
    if (named === undefined) return [];
    const statuses = embedded(each, "statuses").flatMap((status) => {
      const one = namedOf(status);
      return one === undefined ? [] : [{ ...one, isUnsorted: status["type"] === 1 }];
    });
    return [{ ...named, isMain: each["is_main"] === true, statuses }];
  });
}

export function readUsers(body: unknown): AmoUser[] {
  return embedded(body, "users").flatMap((each) => namedOf(each) ?? []);
}

function embedded(body: unknown, key: string): Record<string, unknown>[] {
  const inner = isRecord(body) ? body["_embedded"] : undefined;
  const list = isRecord(inner) ? inner[key] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function namedOf({ id, name }: Record<string, unknown>): AmoUser | undefined {
  return isWhole(id, 1) && typeof name === "string" ? { id, name } : undefined;
}
