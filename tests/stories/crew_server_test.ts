// Three processes whose PostgreSQL restarts, or dies and is followed by its standby: no lead is lost.

import { type Blow, untilReady } from "../helpers/storm.ts";
import { stormTest } from "../helpers/storm_sizes.ts";

const restart: Blow = async (world) => {
  await world.server.restart("immediate");
  await untilReady(world, 3);
};

stormTest("the server restarts without a good-bye", {
  presses: 40,
  blows: [restart, restart],
  pressesABlow: 50,
});

const promote: Blow = async (world) => {
  const { standby } = world;
  if (standby === undefined) throw new TypeError("There is no standby");
  await world.server.kill();
  await standby.promote();
  world.server = standby;
  await untilReady(world, 3);
};

stormTest("the server dies, and its synchronous standby goes on", {
  presses: 40,
  blows: [promote],
  pressesABlow: Infinity,
  withStandby: true,
});
