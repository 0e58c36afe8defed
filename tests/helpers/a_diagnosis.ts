// The doctor in the test's own process, beside a simulated Telegram, with a data folder and profiles of its own.

import { diagnose, type DoctorOptions } from "../../lib/app/doctor/diagnosis.ts";
import { type Finding, findingLine } from "../../lib/app/doctor/findings.ts";
import { createMask } from "../../lib/log/mask.ts";
import {
  type Group,
  startTelegramServer,
  type TelegramServer,
} from "../../lib/simulator/telegram/server.ts";
import type { Locales } from "./a_profile.ts";
import { TOKEN } from "./world.ts";

export interface Patient {
  readonly telegram: TelegramServer;
  readonly group: Group;
  readonly folder: string;
  /** In `folder`; it is there and private. */
  readonly dataDir: string;
  /** Rewrites locales.json, whose profiles have no CRM. */
  locales(edit: (locales: Locales) => void): Promise<void>;
  /** The printed lines, or those about one thing. */
  look(what?: string, details?: Details): Promise<string[]>;
}

export interface Details extends Partial<Omit<DoctorOptions, "environment" | "mask">> {
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly hasFile?: boolean;
  readonly fault?: string;
  readonly isOpenToOthers?: boolean;
  readonly warnings?: readonly string[];
}

export async function withPatient(test: (patient: Patient) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  await using telegram = await startTelegramServer({ token: TOKEN });
  const group = telegram.group({ title: "Менеджеры", type: "supergroup" });
  const dataDir = `${folder}/data`;
  await Deno.mkdir(dataDir, { mode: 0o700 });
  const localesPath = `${folder}/locales.json`;
  await Deno.copyFile("locales/locales.json", localesPath);
  const usual = {
    BOT_TOKEN: TOKEN,
    ADMIN_CHAT_ID: String(group.id),
    TELEGRAM_API_ROOT: telegram.url,
    LOCALES_PATH: localesPath,
    DATA_DIR: dataDir,
    PORT: "0",
  };
  try {
    await test({
      telegram,
      group,
      folder,
      dataDir,
      async locales(edit) {
        const locales = JSON.parse(await Deno.readTextFile(localesPath));
        edit(locales);
        await Deno.writeTextFile(localesPath, JSON.stringify(locales));
      },
      async look(what, details = {}) {
        const mask = createMask();
        const findings = await Array.fromAsync(diagnose({
          environment: {
            hasFile: details.hasFile ?? true,
            fault: details.fault ?? null,
            variables: { ...usual, ...details.env },
            secret: (name) => details.secrets?.[name],
            warnings: details.warnings ?? [],
            isOpenToOthers: details.isOpenToOthers ?? false,
          },
          lookup: () => undefined,
          resolveHost: () => Promise.reject(new Error("no such host")),
          freeBytes: () => Promise.resolve(2 ** 40),
          isProxied: false,
          now: Date.now,
          ...details,
          mask,
        }));
        return findings.filter((each) => what === undefined || each.what === what)
          .map((each: Finding) => inOneSpace(findingLine(each, mask)));
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Without the column's spaces. */
function inOneSpace(line: string): string {
  return line.split(" ").filter((part) => part !== "").join(" ");
}
