// The bots on Node, and what they need beside Deno: node, npm, a folder for Telegraf.

import { type Contestant, HERE, OURS } from "./contestants.ts";

/** @param folder Where Telegraf is installed. */
export function onNode(folder: string): Contestant[] {
  const telegraf = `file://${folder}/node_modules/telegraf/lib/index.js`;
  return [
    { ...OURS, name: "node-floor", runtime: "node", args: [`${HERE}node_floor_bot.mjs`] },
    {
      ...OURS,
      name: "node-telegraf",
      runtime: "node",
      args: [`${HERE}telegraf_bot.mjs`, telegraf],
    },
  ];
}

/** Installs Telegraf for Node; Deno has it in its cache. */
export async function installTelegraf(folder: string): Promise<void> {
  const { success } = await new Deno.Command("npm", {
    args: [
      ...["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"],
      ...["--prefix", folder, "telegraf@4.16.3"],
    ],
    stdout: "null",
  }).output();
  if (!success) throw new Error("Cannot install Telegraf for Node");
}

export async function nodeVersion(): Promise<string> {
  const { stdout } = await new Deno.Command("node", { args: ["--version"] }).output();
  return new TextDecoder().decode(stdout).trim().replace(/^v/, "");
}
