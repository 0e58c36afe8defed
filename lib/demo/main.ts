// `deno task demo`: the real bot with a simulated Telegram and CRM on this machine. Plays the scenarios as a
// transcript, then stays up with a page. Needs no token and no network.

import type { Language } from "../page/language.ts";
import { type DemoArguments, readArguments, USAGE } from "./arguments.ts";
import { startDemoBot } from "./demo_bot.ts";
import { createDemoApp } from "./page/app.tsx";
import { createConfigDoor } from "./page/config_door.ts";
import { photoPath } from "./page/photos.ts";
import { type DemoServer, openDemoServer } from "./page/server.ts";
import type { Stage as SceneStage } from "./scenarios/scene.ts";
import { type Scenario, SCENARIOS } from "./scenarios/scenarios.ts";
import { closeCards } from "./scenarios/tidy_up.ts";
import { createTranscript, type Transcript } from "./scenarios/transcript.ts";
import { TRANSCRIPT, type TranscriptWords } from "./scenarios/words.ts";
import { createStage, type Stage } from "./stage/stage.ts";
import { EXIT_INTERRUPTED, untilSignalled } from "./stopping.ts";

/** Between two steps of a scenario in the browser, slow enough to follow. */
const PACE_MS = 900;

/** Where the page listens unless the port is taken: the same address at every start. */
const USUAL_PORT = 8010;

/** An argument that is no argument, or a port that another program has. */
const EXIT_FAULT = 2;

async function main(given: readonly string[]): Promise<number> {
  const read = readArguments(given);
  switch (read.kind) {
    case "help":
      console.log(USAGE);
      return 0;
    case "fault":
      console.error(`❌ ${read.message}`);
      return EXIT_FAULT;
    case "run":
      return await run(read.args);
    default:
      return read satisfies never;
  }
}

async function run({ once, english, port }: DemoArguments): Promise<number> {
  const language: Language = english ? "en" : "ru";
  const transcript = createTranscript(TRANSCRIPT[language], (line) => console.log(line));
  const server = listen(port, TRANSCRIPT[language]);
  if (typeof server === "number") return server;
  await using page = server;
  const started = await startDemoBot((key) => page.origin + photoPath(key));
  if (started.kind === "failed") {
    console.error(started.lines.join("\n"));
    return started.code;
  }
  await using bot = started.bot;
  const stopped = untilSignalled();
  const scenes: SceneStage = { ...bot, language };
  transcript.open(bot.telegram.bot.username ?? "");
  const played = playAll(scenes, transcript);
  played.catch(() => {}); // Where a signal comes first its servers go away under it.
  const held = await Promise.race([played, stopped]);
  if (held === undefined) {
    transcript.stop();
    return EXIT_INTERRUPTED;
  }
  if (once) return held ? 0 : 1;

  const stage = createStage({ ...bot, language, paceMs: PACE_MS });
  page.show(createDemoApp({
    stage,
    openConfig: createConfigDoor(() => bot.app.newLoginLink("@manager")),
    port: page.port,
    language: english ? language : null,
  }));
  const titles = SCENARIOS.map(({ title }) => TRANSCRIPT[language].titles[title]);
  transcript.invite(bot.localesPath, titles, `${page.origin}/demo`);
  const ends: Promise<unknown>[] = [stopped, bot.app.ended];
  if (Deno.stdin.isTerminal()) ends.push(readCommands(scenes, stage, transcript));
  await Promise.race(ends);
  transcript.stop();
  stage.close();
  return 0;
}

/** The usual port, else a free one; a port that was asked for, or the exit code. */
function listen(port: number | null, words: TranscriptWords): DemoServer | number {
  try {
    return openDemoServer(port ?? USUAL_PORT);
  } catch (error) {
    if (port === null) return openDemoServer(0);
    console.error(words.portTaken(port, error instanceof Error ? error.message : String(error)));
    return EXIT_FAULT;
  }
}

async function playAll(scenes: SceneStage, transcript: Transcript): Promise<boolean> {
  let held = true;
  for (const [index, scenario] of SCENARIOS.entries()) {
    held = await playOne(scenes, transcript, scenario, index + 1) && held;
    await closeCards(scenes.admin);
  }
  transcript.conclude(held);
  return held;
}

async function playOne(
  scenes: SceneStage,
  transcript: Transcript,
  scenario: Scenario,
  number: number,
): Promise<boolean> {
  const { told, checked } = await scenario.play(scenes);
  transcript.scenario(
    number,
    TRANSCRIPT[scenes.language].titles[scenario.title],
    told,
    checked,
  );
  return checked.every(({ held }) => held);
}

/** Plays scenarios by number from stdin, until its end. */
async function readCommands(
  scenes: SceneStage,
  stage: Stage,
  transcript: Transcript,
): Promise<void> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  for await (const line of lines) {
    const typed = line.trim();
    const scenario = SCENARIOS[Number(typed) - 1];
    if (scenario === undefined) {
      if (typed !== "") transcript.refuse(typed, SCENARIOS.length);
      continue;
    }
    await stage.crm.set("answers");
    await playOne(scenes, transcript, scenario, Number(typed));
    await stage.crm.set("answers"); // Scenarios leave the CRM as they need it.
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
