// A group or supergroup: its members, its topics, and what its owner does to the bot.

import type { ChatMember, User } from "grammy/types";
import type { ChatRoom, ChatView } from "./chat.ts";
import { type Person, SimPerson } from "./people.ts";
import { messageUpdate } from "./updates.ts";
import type { World } from "./world.ts";

/** A member's own details, or a person who is in the simulator already. */
export type MemberDetails = (Partial<User> & { first_name: string }) | Person;

/**
 * A group that the bot is a member of. Telegram's privacy mode holds: the bot hears commands,
 * replies to its own messages and presses; everything only as an administrator.
 */
export interface Group {
  readonly id: number;
  readonly chat: ChatView;
  member(details: MemberDetails): Person;
  /** Makes the bot an administrator, or takes it back. */
  promoteBot(isAdministrator?: boolean): void;
  /** Takes from members who are no administrators, such as the bot, the right to send messages, or gives it back. */
  muteMembers(muted?: boolean): void;
  /** Removes the bot; it gets my_chat_member and from now on 403. */
  kickBot(): void;
  /** Brings a removed bot back. */
  addBot(): void;
  /** Turns the group into a supergroup and returns that; the old id answers 400 from now on. */
  migrate(newId?: number): Group;
  /** Opens a topic in a forum and returns its message_thread_id. */
  openTopic(name: string): number;
  closeTopic(threadId: number): void;
  reopenTopic(threadId: number): void;
  deleteTopic(threadId: number): void;
}

export class SimGroup implements Group {
  readonly #world: World;
  readonly #room: ChatRoom;
  readonly #owner: User;

  constructor(world: World, room: ChatRoom, owner?: User) {
    this.#world = world;
    this.#room = room;
    this.#owner = owner ?? world.addUser({ first_name: "Owner" });
  }

  get id(): number {
    return this.#room.id;
  }

  get chat(): ChatView {
    return this.#room;
  }

  member(details: MemberDetails): Person {
    if ("user" in details) return new SimPerson(this.#world, this.#room, details.user);
    const user = this.#world.addUser(details);
    this.#world.addPrivateRoom(user);
    return new SimPerson(this.#world, this.#room, user);
  }

  promoteBot(isAdministrator = true): void {
    this.#room.showsAllToBot = isAdministrator;
  }

  muteMembers(muted = true): void {
    this.#room.membersMayWrite = !muted;
  }

  kickBot(): void {
    if (this.#room.standing.kind !== "open") return;
    this.#room.standing = { kind: "kicked" };
    const { bot } = this.#world;
    this.#tellBot({ user: bot, status: "member" }, { user: bot, status: "kicked", until_date: 0 });
  }

  addBot(): void {
    if (this.#room.standing.kind !== "kicked") return;
    this.#room.standing = { kind: "open" };
    const { bot } = this.#world;
    this.#tellBot({ user: bot, status: "left" }, { user: bot, status: "member" });
  }

  migrate(newId?: number): Group {
    const { chat, id } = this.#room;
    if (chat.type !== "group") throw new TypeError("Cannot migrate: it is a supergroup already");
    const details = { title: chat.title, type: "supergroup", isForum: false } as const;
    const room = this.#world.addGroupRoom({ ...details, ...(newId ? { id: newId } : {}) });
    room.showsAllToBot = this.#room.showsAllToBot;
    const farewell = this.#room.add(this.#owner, { migrate_to_chat_id: room.id });
    this.#world.updates.push(messageUpdate(farewell));
    this.#room.standing = { kind: "migrated", toChatId: room.id };
    const welcome = room.add(this.#owner, { migrate_from_chat_id: id });
    this.#world.updates.push(messageUpdate(welcome));
    return new SimGroup(this.#world, room, this.#owner);
  }

  openTopic(name: string): number {
    const { chat } = this.#room;
    if (!chat.is_forum) throw new TypeError(`Cannot open topic "${name}": the group is no forum`);
    const created = this.#room.add(this.#owner, {
      forum_topic_created: { name, icon_color: 0x6fb9f0 },
      is_topic_message: true,
    });
    this.#room.topics.set(created.message_id, { name, isClosed: false });
    return created.message_id;
  }

  closeTopic(threadId: number): void {
    this.#topic(threadId).isClosed = true;
  }

  reopenTopic(threadId: number): void {
    this.#topic(threadId).isClosed = false;
  }

  deleteTopic(threadId: number): void {
    this.#room.topics.delete(threadId);
  }

  #topic(threadId: number) {
    const topic = this.#room.topics.get(threadId);
    if (!topic) throw new TypeError(`Cannot find topic ${threadId}`);
    return topic;
  }

  #tellBot(before: ChatMember, after: ChatMember): void {
    this.#world.updates.push({
      my_chat_member: {
        chat: this.#room.chat,
        from: this.#owner,
        date: Math.floor(this.#world.now() / 1000),
        old_chat_member: before,
        new_chat_member: after,
      },
    });
  }
}
