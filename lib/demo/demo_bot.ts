// The real bot in this process, with a simulated Telegram and simulated CRMs, and a folder of its own that is gone
// afterwards.

import { join } from "node:path";
import { type App, startApp } from "../app/app.ts";
import { type Config, readConfig } from "../app/config.ts";
import { createLog } from "../log/log.ts";
import { createMask } from "../log/mask.ts";
import { type AmoCrm, startAmoCrm } from "../simulator/crm/amocrm.ts";
import { type CrmServer, startCrmServer } from "../simulator/crm/server.ts";
import {
  type Group,
  startTelegramServer,
  type TelegramServer,
} from "../simulator/telegram/server.ts";
import { createLineBook, type LineBook } from "./line_book.ts";
import { watchProfiles } from "./profiles_watch.ts";
import { AMO_SECRET, createDemoProfiles, type DemoProfiles, type Destination } from "./profiles.ts";

const TOKEN = "1234567890:demo-token-of-a-bot-that-does-not-exist";

/** Longest wait of a scenario for an event: enough for a slow machine; the transcript takes under 30 s. */
const PATIENCE_MS = 5_000;

/** The bot and all that it meets. */
export interface DemoBot extends AsyncDisposable {
  readonly telegram: TelegramServer;
  readonly crm: CrmServer;
  readonly amo: AmoCrm;
  readonly admin: Group;
  readonly app: App;
  readonly log: Pick<LineBook, "mark" | "line">;
  readonly localesPath: string;
  readonly links: DemoProfiles["links"];
  /** Hears of every change of the profiles' file, until the returned function is called. */
  onProfiles(listener: () => void): () => void;
  /** Sends the leads of all profiles there; resolves when the bot works with it. */
  connect(destination: Destination): Promise<void>;
}

/** How a start ends. */
export type DemoStart =
  | { readonly kind: "started"; readonly bot: DemoBot }
  | { readonly kind: "failed"; readonly code: number; readonly lines: readonly string[] };

/**
 * Starts the bot with everything around it.
 *
 * @param photoOf The address of a profile's photo.
 * @param patienceMs How long a wait for an event may last, in ms.
 */
export async function startDemoBot(
  photoOf: (key: string) => string,
  patienceMs = PATIENCE_MS,
): Promise<DemoStart> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "triborg-demo-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const telegram = stack.use(
    await startTelegramServer({ token: TOKEN, failsafeMs: patienceMs }),
  );
  const crm = stack.use(await startCrmServer({ failsafeMs: patienceMs }));
  const amo = stack.use(await startAmoCrm({ failsafeMs: patienceMs }));
  const admin = telegram.group({ title: "Менеджеры", type: "supergroup" });
  const localesPath = join(folder, "locales.json");
  const profiles = createDemoProfiles(
    localesPath,
    { webhook: crm.url, account: amo.account },
    photoOf,
  );
  await profiles.create();

  const log = createLineBook(patienceMs);
  const mask = createMask();
  const app = await startApp(configOf({ telegram, amo, admin, folder, localesPath }), {
    log: createLog({ format: "text", level: "info", mask, write: log.write }),
    mask,
  }, {
    now: Date.now,
    elapsedMs: () => performance.now(),
    random: Math.random,
    host: () => "demo",
    isProxied: false,
    secret: (name) => name === AMO_SECRET ? amo.token : undefined,
  });
  if (typeof app === "number") return { kind: "failed", code: app, lines: log.lines };
  stack.defer(async () => {
    app.stop();
    await app.ended;
  });
  const owned = stack.move();
  return {
    kind: "started",
    bot: {
      telegram,
      crm,
      amo,
      admin,
      app,
      log,
      localesPath,
      links: profiles.links,
      onProfiles: (listener) => watchProfiles(localesPath, listener),
      async connect(destination) {
        const before = log.mark();
        if (!await profiles.connect(destination)) return;
        await log.line("✅ locales.json: изменения приняты", before);
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    },
  };
}

function configOf(
  { telegram, amo, admin, folder, localesPath }: {
    readonly telegram: TelegramServer;
    readonly amo: AmoCrm;
    readonly admin: Group;
    readonly folder: string;
    readonly localesPath: string;
  },
): Config {
  const result = readConfig({
    BOT_TOKEN: TOKEN,
    ADMIN_CHAT_ID: String(admin.id),
    TELEGRAM_API_ROOT: telegram.url,
    AMOCRM_API_ROOT: amo.root,
    LOCALES_PATH: localesPath,
    DATA_DIR: join(folder, "data"),
    CRM_TIMEOUT_SECONDS: "1",
    REPEAT_WINDOW_MINUTES: "0", // Pressing the same button again shows a new lead.
    PORT: "0",
    TZ: Temporal.Now.timeZoneId(), // The page shows the times of this machine too.
  });
  if (!result.ok) throw new Error(`The demo's configuration has faults: ${JSON.stringify(result)}`);
  return result.config;
}
