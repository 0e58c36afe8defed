// A person in a private chat with the bot: starts it, blocks it, comes back.

import type { ChatMember, User } from "grammy/types";
import type { ChatRoom, SimMessage } from "./chat.ts";
import { type Person, SimPerson } from "./people.ts";
import type { World } from "./world.ts";

/** A private chat. The bot may write into it once the person has written, until it is blocked. */
export interface Visitor extends Person {
  /** Presses "Start", with the payload of a deep link t.me/bot?start=payload. */
  start(payload?: string): SimMessage;
  /** Blocks the bot; it gets my_chat_member and from now on 403. */
  block(): void;
  unblock(): void;
}

export class SimVisitor extends SimPerson implements Visitor {
  constructor(world: World, user: User, room: ChatRoom = world.addPrivateRoom(user)) {
    super(world, room, user);
  }

  start(payload?: string): SimMessage {
    // https://core.telegram.org/bots/features#deep-linking
    if (payload !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(payload)) {
      throw new RangeError(`Cannot start with "${payload}": apps open no such link`);
    }
    if (this.room.standing.kind === "blocked") this.unblock();
    return this.say(payload === undefined ? "/start" : `/start ${payload}`);
  }

  block(): void {
    this.#become("blocked");
  }

  unblock(): void {
    this.#become("open");
  }

  protected override mayWrite(): void {
    if (this.room.standing.kind === "blocked") {
      throw new TypeError("Cannot write to the bot: this person blocks it, call unblock() first");
    }
    if (this.room.standing.kind === "never_started") this.room.standing = { kind: "open" };
  }

  #become(kind: "open" | "blocked"): void {
    if (this.room.standing.kind === kind) return;
    this.room.standing = { kind };
    const { bot } = this.world;
    const member: ChatMember = { user: bot, status: "member" };
    const kicked: ChatMember = { user: bot, status: "kicked", until_date: 0 };
    this.queue({
      my_chat_member: {
        chat: this.room.chat,
        from: this.user,
        date: Math.floor(this.world.now() / 1000),
        old_chat_member: kind === "blocked" ? member : kicked,
        new_chat_member: kind === "blocked" ? kicked : member,
      },
    });
  }
}
