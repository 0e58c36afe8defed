// A person in a private chat with the bot: starts it, blocks it, comes back.

import type { User } from "grammy/types";
import type { SimMessage } from "./chat.ts";
import { type Person, SimPerson } from "./person.ts";
import type { World } from "./world.ts";

/** A private chat. The bot may write into it once the person has written, until they block it. */
export interface Visitor extends Person {
  /** Presses "Start", with the payload of a deep link t.me/bot?start=payload; ends a block. */
  start(payload?: string): SimMessage;
  /** Blocks the bot, which from now on gets 403. */
  block(): void;
}

/** The visitor as the simulated Telegram plays them. */
export class SimVisitor extends SimPerson implements Visitor {
  constructor(world: World, user: User) {
    super(world, world.addPrivateChat(user), user);
  }

  start(payload?: string): SimMessage {
    // https://core.telegram.org/bots/features#deep-linking
    if (payload !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(payload)) {
      throw new RangeError(`Cannot start with "${payload}": apps open no such link`);
    }
    this.chat.standing = { kind: "open" };
    return this.say(payload === undefined ? "/start" : `/start ${payload}`);
  }

  block(): void {
    this.chat.standing = { kind: "blocked" };
  }

  protected override checkMayWrite(): void {
    if (this.chat.standing.kind === "blocked") {
      throw new TypeError("Cannot write to the bot: this person blocks it");
    }
    this.chat.standing = { kind: "open" };
  }
}
