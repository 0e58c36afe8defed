// Three processes on one PostgreSQL, of which one dies or is stopped at any moment: the others go on, and no lead is lost.

import type { Blow } from "../helpers/storm.ts";
import { stormTest } from "../helpers/storm_sizes.ts";

const kill: Blow = async (world, chance) => {
  const { members } = world;
  await members[Math.floor(chance() * members.length)]?.process.kill();
  await world.start();
};

const stop: Blow = async ({ members }, chance) => {
  const stopped = members[Math.floor(chance() * members.length)];
  stopped?.process.freeze();
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  stopped?.process.thaw();
};

stormTest("any of three processes may be killed at any moment", {
  presses: 45,
  blows: [kill, kill, kill],
  pressesABlow: 25,
});

stormTest("so may they where one of them polls", {
  presses: 24,
  blows: [kill, kill],
  pressesABlow: 25,
  updates: "polling",
});

stormTest("any of three processes may be stopped for 15 s and go on", {
  presses: 30,
  blows: [stop],
  pressesABlow: 125,
});
