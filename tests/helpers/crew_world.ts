// Several bots on one PostgreSQL: what `world.ts` is for one.

import { type CrmServer, startCrmServer } from "../../lib/simulator/crm/server.ts";
import {
  type Group,
  startTelegramServer,
  type TelegramServer,
} from "../../lib/simulator/telegram/server.ts";
import { startBalancer } from "./balancer.ts";
import { type BotProcess, startBotProcess } from "./bot_process.ts";
import { eventually } from "./crew_side.ts";
import { freePort } from "./free_port.ts";
import type { PostgresServer } from "./postgres.ts";
import { TOKEN } from "./world.ts";

/** One of the processes. */
export interface Member {
  readonly process: BotProcess;
  readonly origin: string;
  /** What `/ready` answers now; 0 where nothing listens. */
  ready(): Promise<number>;
}

export interface CrewWorld {
  readonly telegram: TelegramServer;
  readonly crm: CrmServer;
  readonly admin: Group;
  readonly schema: string;
  /** The server that is asked by `rows`; a story sets another when this one is dead. */
  server: PostgresServer;
  readonly standby: PostgresServer | undefined;
  /** Those that have been started and have not ended. */
  readonly members: readonly Member[];
  /** Starts one more process, and resolves when it is ready. */
  start(env?: Readonly<Record<string, string>>): Promise<Member>;
  /** The rows of a query in the bots' schema. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
  /** Who has a seat, as the database knows it. */
  holder(seat: string): Promise<Member | undefined>;
}

export interface CrewOptions {
  readonly server: PostgresServer;
  readonly schema: string;
  /** How many processes run when the story begins. */
  readonly size: number;
  readonly updates: "webhook" | "polling";
  /** Named in DATABASE_URL behind the server. */
  readonly standby?: PostgresServer | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts everything, runs the story, and closes everything even if the story fails. */
export async function withCrew(
  { server, standby, schema, size, updates, ...options }: CrewOptions,
  story: (world: CrewWorld) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  await using telegram = await startTelegramServer({ token: TOKEN, limits: "off" });
  await using crm = await startCrmServer();
  const started: (Member & { readonly port: number })[] = [];
  const living = () => started.filter(({ process }) => !process.isGone);
  await using balancer = startBalancer(() => living().map(({ port }) => port));
  const admin = telegram.group({ title: "Менеджеры", type: "supergroup" });
  const localesPath = `${folder}/locales.json`;
  const locales = JSON.parse(await Deno.readTextFile("locales/locales.json"));
  for (const key of ["agency", "cg", "express"]) locales[key].webhook_url = crm.url;
  await Deno.writeTextFile(localesPath, JSON.stringify(locales, null, 2));
  const url = standby === undefined
    ? server.url
    : server.url.replace(`:${server.port}/`, `:${server.port},127.0.0.1:${standby.port}/`);
  const webhook = updates === "polling" ? {} : {
    WEBHOOK_URL: `http://127.0.0.1:${balancer.port}/updates`,
    WEBHOOK_SECRET: "a-secret_of_16-or-more",
  };

  const world: CrewWorld = {
    telegram,
    crm,
    admin,
    schema,
    server,
    standby,
    get members() {
      return living();
    },
    async start(env = {}) {
      const port = freePort();
      const origin = `http://127.0.0.1:${port}`;
      const process = await startBotProcess({
        BOT_TOKEN: TOKEN,
        ADMIN_CHAT_ID: String(admin.id),
        TELEGRAM_API_ROOT: telegram.url,
        LOCALES_PATH: localesPath,
        DATA_DIR: `${folder}/data${started.length}`,
        DATABASE_URL: url,
        PG_SCHEMA: schema,
        PORT: `${port}`,
        CRM_TIMEOUT_SECONDS: "1",
        TELEGRAM_MESSAGES_PER_SECOND: "0",
        ...webhook,
        ...options.env,
        ...env,
      });
      const member = { process, port, origin, ready: () => statusOf(`${origin}/ready`) };
      started.push(member);
      await eventually(
        async () => process.isGone || await member.ready() === 200,
        () => `process ${started.length} is not ready:\n${process.lines.join("\n")}`,
      );
      if (process.isGone) throw new Error(`A process ended:\n${process.lines.join("\n")}`);
      return member;
    },
    async rows(sql) {
      const text = await world.server.sql(
        `SET search_path = ${schema}; SELECT coalesce(json_agg(each), '[]') FROM (${sql}) AS each`,
      );
      return JSON.parse(text);
    },
    async holder(seat) {
      const [row] = await world.rows(
        `SELECT pid FROM seats JOIN crew ON crew.id = holder WHERE name = '${seat}'`,
      );
      return living().find(({ process }) => process.pid === row?.["pid"]);
    },
  };
  try {
    await Promise.all(Array.from({ length: size }, () => world.start()));
    await story(world);
  } catch (error) {
    for (const [nth, { process }] of started.entries()) {
      console.error(`The log of process ${nth + 1}:\n${process.lines.join("\n")}`);
    }
    throw error;
  } finally {
    for (const { process } of living()) process.thaw();
    await Promise.all(living().map(({ process }) => process.kill()));
    await Deno.remove(folder, { recursive: true });
  }
}

async function statusOf(url: string): Promise<number> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}
