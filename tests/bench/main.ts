// `deno task bench`: the bot beside bare loops and a Telegraf bot, in alternating rounds against the same peer. Ends by itself.
//
//   deno task bench                      5 rounds, a table
//   deno task bench --rounds 9           more rounds
//   deno task bench --quick              one small round, to see that it runs
//   deno task bench --json               everything measured, for machines
//   deno task bench --of floor,triborg   these only: floor, ruled (the floor with the bot's three rules), telegraf,
//                                        node-floor, node-telegraf, triborg; the first is what the others are compared to
//   deno task bench --node               the two on Node too; they need node and npm
//   deno task bench --cases one,burst    these only
//   deno task bench --growth             instead: the bot on journals that hold 0, 100,000 and 1,000,000 leads
//   deno task bench --postgres           instead: the bot on PostgreSQL beside the same on SQLite, and on 100,000 leads there;
//                                        --leads 1000000 for more. Needs a PostgreSQL installed
//   deno task bench --beside FOLDER      one more contestant: the bot of another working copy
//   deno task bench --cpu-prof FOLDER    writes V8's CPU profiles of the measured bots there

import { parseArgs } from "node:util";
import {
  type Case,
  CASES,
  type Figures,
  FULL,
  GROWTH_CASES,
  POSTGRES_CASES,
  QUICK,
  type Sizes,
} from "./cases.ts";
import { botOf, type Contestant, ON_DENO, startBot } from "./contestants.ts";
import { copyJournal, fillJournal, onGrownJournals } from "./growth.ts";
import type { Measured } from "./measured.ts";
import { installTelegraf, nodeVersion, onNode } from "./node_bots.ts";
import { PARTS, type Parts } from "./parts.ts";
import { type PeerProcess, startPeer } from "./peer_process.ts";
import { type BenchServer, onPostgres, startServer } from "./postgres.ts";
import { table, toReport } from "./report.ts";
import { DENO } from "../helpers/deno.ts";

interface Plan {
  readonly rounds: number;
  readonly sizes: Sizes;
  readonly contestants: readonly Contestant[];
  /** Where journals and packages are kept during the bench. */
  readonly folder: string;
  readonly cases: readonly Case[];
  /** Whether parts of the work are measured alone too. */
  readonly parts: boolean;
  readonly profiles: string | undefined;
  readonly json: boolean;
}

async function readPlan(args: string[], folder: string): Promise<Plan> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      of: { type: "string" },
      node: { type: "boolean", default: false },
      cases: { type: "string" },
      growth: { type: "boolean", default: false },
      postgres: { type: "boolean", default: false },
      leads: { type: "string", default: "100000" },
      beside: { type: "string", multiple: true, default: [] },
      "cpu-prof": { type: "string" },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  if (!Number.isSafeInteger(rounds) || rounds < 1 || rounds > 1000) {
    throw new RangeError(`Cannot run ${values.rounds} rounds: must be 1 to 1000`);
  }
  const others = await Promise.all(
    values.beside.map(async (folder) =>
      await botOf(folder.replace(/\/+$/, "").split("/").pop()!, await Deno.realPath(folder))
    ),
  );
  const bot = await botOf("triborg");
  const nodeBots = onNode(folder);
  const named = values.of?.split(",");
  // Contestants with a flag of their own take part beside those named.
  const besides = [...others, ...values.node ? nodeBots : []].map(({ name }) => name);
  const contestants = values.postgres
    ? pick([bot, ...onPostgres(bot, Number(values.leads))], named)
    : values.growth
    ? pick(onGrownJournals([bot, ...others], folder), named)
    : named === undefined
    ? [...ON_DENO, ...values.node ? nodeBots : [], bot, ...others]
    : pick([...ON_DENO, ...nodeBots, bot, ...others], [...named, ...besides]);
  return {
    rounds,
    sizes: values.quick ? QUICK : FULL,
    contestants,
    folder,
    cases: pick(
      values.postgres ? POSTGRES_CASES : values.growth ? GROWTH_CASES : CASES,
      values.cases?.split(","),
    ),
    parts: values.cases === undefined && !values.growth && !values.postgres,
    profiles: values["cpu-prof"],
    json: values.json,
  };
}

function pick<T extends { readonly name: string }>(all: readonly T[], names?: readonly string[]) {
  const unknown = names?.filter((name) => !all.some((each) => each.name === name)) ?? [];
  if (unknown.length > 0) {
    const known = all.map(({ name }) => name).join(", ");
    throw new RangeError(`Cannot find ${unknown.join(", ")}: there are ${known}`);
  }
  return names === undefined ? all : all.filter(({ name }) => names.includes(name));
}

/** Runs one contestant, in a folder of its own, through all cases. */
async function measure(
  contestant: Contestant,
  plan: Plan,
  peer: PeerProcess,
  server: BenchServer | undefined,
): Promise<Figures> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-bench-" });
  const { sizes, cases, profiles } = plan;
  const { leadsInDatabase } = contestant;
  const database = leadsInDatabase === undefined
    ? undefined
    : await server?.database(leadsInDatabase);
  const serverCpuMs = database && server?.cpuMs;
  const startOptions = {
    addresses: peer.addresses,
    folder,
    crmTimeoutSeconds: sizes.crmTimeoutSeconds,
    meter: true,
    ...database !== undefined && { env: { DATABASE_URL: database.url } },
    ...(profiles === undefined ? {} : {
      denoFlags: ["--cpu-prof", `--cpu-prof-dir=${profiles}/${contestant.name}`],
    }),
  };
  const figures: Figures[] = [];
  try {
    if (contestant.journal !== undefined) await copyJournal(contestant.journal, folder);
    await peer.order("begin", null);
    const bot = await startBot(contestant, startOptions);
    const bench = { contestant, bot, peer, sizes, startOptions, serverCpuMs };
    try {
      await Promise.race([peer.order("firstPoll", null), bot.lost]);
      for (const each of cases.filter(({ when }) => when === "running")) {
        figures.push(await Promise.race([each.measure(bench), bot.lost]));
      }
    } finally {
      await bot.stop();
    }
    for (const each of cases.filter(({ when }) => when === "after")) {
      figures.push(await each.measure(bench));
    }
  } finally {
    await database?.drop();
    await Deno.remove(folder, { recursive: true });
  }
  return Object.assign({}, ...figures);
}

/** Measures parts of a lead's work alone. */
async function measureParts({ sizes }: Plan, peer: PeerProcess): Promise<Parts> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-bench-" });
  try {
    const url = `${peer.addresses.botApi}/parts`;
    const { success, stdout } = await new Deno.Command(DENO, {
      args: [
        ...["run", "--allow-net", "--allow-read", "--allow-write"],
        ...[new URL("./parts.ts", import.meta.url).pathname, url, folder, String(sizes.posts)],
      ],
      stderr: "inherit",
    }).output();
    if (!success) throw new Error(`Cannot measure ${Object.keys(PARTS).join(", ")}`);
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-bench-" });
  try {
    await run(await readPlan(Deno.args, folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(plan: Plan): Promise<void> {
  for (const journal of new Set(plan.contestants.flatMap(({ journal }) => journal ?? []))) {
    console.error(`a journal with ${journal.leads} leads`);
    await fillJournal(journal);
  }
  const sizesOfDatabases = plan.contestants.flatMap(({ leadsInDatabase }) => leadsInDatabase ?? []);
  if (sizesOfDatabases.length > 0) console.error("a PostgreSQL server and its databases");
  const server = sizesOfDatabases.length > 0 ? await startServer(sizesOfDatabases) : undefined;
  const ofNode = plan.contestants.filter(({ runtime }) => runtime === "node");
  if (ofNode.some(({ name }) => name === "node-telegraf")) await installTelegraf(plan.folder);
  const node = ofNode.length > 0 ? await nodeVersion() : null;
  const started = new Date();
  const peer = await startPeer();
  const measured: Measured[] = [];
  const parts: Parts[] = [];
  try {
    for (let round = 1; round <= plan.rounds; round++) {
      if (plan.parts) parts.push(await measureParts(plan, peer));
      // The order rotates, so that a machine that slows down is fair to all.
      const order = round % 2 === 1 ? plan.contestants : plan.contestants.toReversed();
      for (const contestant of order) {
        console.error(`round ${round} of ${plan.rounds}: ${contestant.name}`);
        const figures = await measure(contestant, plan, peer, server);
        measured.push({ round, contestant: contestant.name, figures });
      }
    }
  } finally {
    await peer.stop();
    await server?.close();
  }
  const report = toReport({
    startedAt: started.toISOString(),
    tookSeconds: (Date.now() - started.getTime()) / 1000,
    rounds: plan.rounds,
    sizes: plan.sizes,
    measured,
    parts,
    node,
  });
  console.log(plan.json ? JSON.stringify(report, null, 2) : table(report));
}

if (import.meta.main) await main();
