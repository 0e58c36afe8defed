// First step of `deno task release`: whether the version can be released from what is here.

import { obstacles } from "./agreement.ts";
import { messageOf } from "../log/error_words.ts";
import { VERSION } from "../version.ts";

async function main(): Promise<number> {
  const [configuration, changelog] = await Promise.all(
    ["deno.json", "CHANGELOG.md"].map((path) => Deno.readTextFile(path)),
  );
  const sources = {
    configuration: configuration ?? "",
    version: VERSION,
    changelog: changelog ?? "",
  };
  const today = new Date().toISOString().slice(0, "2026-11-29".length);
  const faults = [...await changedFiles(), ...obstacles(sources, today)];
  for (const fault of faults) console.error(`✗ ${fault}`);
  if (faults.length > 0) return 1;
  console.log(
    `✓ ${VERSION}: deno.json, lib/version.ts and CHANGELOG.md agree, nothing is uncommitted`,
  );
  return 0;
}

async function changedFiles(): Promise<string[]> {
  try {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: ["status", "--porcelain"],
    }).output();
    const said = new TextDecoder().decode(success ? stdout : stderr).trim();
    if (!success) return [`git status: ${said}`];
    const [first, ...more] = said.split("\n");
    if (!first) return [];
    const rest = more.length === 0 ? "" : `, and ${more.length} more`;
    return [`The working tree is not clean: ${first.trim()}${rest}`];
  } catch (error) {
    return [`git status: ${messageOf(error)}`];
  }
}

if (import.meta.main) Deno.exit(await main());
