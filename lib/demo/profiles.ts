// The demo's locales.json: the shipped profiles with photos and English texts, whose leads go to one of the simulated
// CRMs. Changes only that on later calls: the config page edits the same file.

import { isRecord } from "../foreign.ts";
import { englishOf } from "./english.ts";

/** Where the leads go: to a webhook, or straight to amoCRM. */
export type Destination = "webhook" | "amocrm";

/** A profile and its link. */
export interface ProfileLink {
  readonly key: string;
  readonly name: string;
  /** Whether visitors are greeted: a draft's link shows them the menu. */
  readonly isDraft: boolean;
}

/** The demo's locales.json. */
export interface DemoProfiles {
  /** Writes the file anew. */
  create(): Promise<void>;
  /** Sends the leads of all profiles there. Returns whether the file has changed. */
  connect(destination: Destination): Promise<boolean>;
  /** The profiles as the file has them now; none while it cannot be read. */
  links(): Promise<ProfileLink[]>;
}

const SHIPPED = new URL("../../locales/locales.json", import.meta.url);

/** The name of the secret that is amoCRM's token. */
export const AMO_SECRET = "amo";

/** Asks for a number after the confirmation, so that the demo shows that too. */
const ASKS_FOR_PHONE = "express";

const PHONE = {
  ask: "📱 Можно вам позвонить? Поделитесь номером или пропустите.",
  wait_seconds: 60,
};

/**
 * @param path Where the file is.
 * @param destinations The webhook's address and the amoCRM account.
 * @param photoOf The address of a profile's photo.
 */
export function createDemoProfiles(
  path: string,
  { webhook, account }: { readonly webhook: string; readonly account: string },
  photoOf: (key: string) => string,
): DemoProfiles {
  async function read(from: string | URL): Promise<Record<string, unknown>> {
    const content: unknown = JSON.parse(await Deno.readTextFile(from));
    return isRecord(content) ? { ...content } : {};
  }

  async function write(content: unknown): Promise<void> {
    await Deno.writeTextFile(path, JSON.stringify(content, null, 2));
  }

  return {
    async create() {
      const content = await read(SHIPPED);
      for (const [key, value] of Object.entries(content)) {
        const english = englishOf(key);
        const translations = english === undefined ? {} : { translations: { en: english } };
        if (!isProfile(key, value)) {
          content[key] = isRecord(value) ? { ...value, ...translations } : value;
          continue;
        }
        const step1 = isRecord(value["step1"]) ? value["step1"] : {};
        content[key] = {
          ...value,
          webhook_url: webhook,
          step1: { ...step1, photo_url: photoOf(key) },
          ...(key === ASKS_FOR_PHONE ? { phone: PHONE } : {}),
          ...translations,
        };
      }
      await write(content);
    },
    async connect(destination) {
      const content = await read(path);
      const before = JSON.stringify(content);
      for (const [key, value] of Object.entries(content)) {
        if (!isProfile(key, value)) continue;
        const { crm: _, ...rest } = value;
        const crm = { kind: "amocrm", account, token: `{secret:${AMO_SECRET}}` };
        content[key] = destination === "amocrm"
          ? { ...rest, crm }
          : { ...rest, webhook_url: webhook };
      }
      if (JSON.stringify(content) === before) return false;
      await write(content);
      return true;
    },
    async links() {
      const content = await read(path).catch(() => ({}));
      return Object.entries(content).flatMap(([key, value]) =>
        isProfile(key, value)
          ? [{ key, name: String(value["name"] ?? key), isDraft: value["state"] === "draft" }]
          : []
      );
    },
  };
}

function isProfile(key: string, value: unknown): value is Readonly<Record<string, unknown>> {
  return key !== "fallback" && !/^[_$]/.test(key) && isRecord(value);
}
