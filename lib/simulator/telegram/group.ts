// A group, supergroup or channel: its members, its topics, and what its owner does to the bot.

import type { User } from "grammy/types";
import type { ChatView, MemberStanding, SimChat, Topic } from "./chat.ts";
import { type Person, SimPerson } from "./person.ts";
import { messageUpdate } from "./updates.ts";
import type { World } from "./world.ts";

/**
 * A group that the bot is a member of. Telegram's privacy mode holds: the bot hears commands,
 * replies to its own messages and presses; everything only as an administrator.
 */
export interface Group {
  readonly id: number;
  readonly chat: ChatView;
  /** Adds a person to the group. */
  member(details: Partial<User> & { first_name: string }): Person;
  /** Lets a person of the simulated Telegram into the group. */
  join(person: { readonly user: User }): Person;
  /** Changes how a person stands to the group; null for one who left. */
  setMember(person: { readonly id: number }, standing: MemberStanding | null): void;
  /** Shows the members to administrators alone. */
  hideMembers(): void;
  /** Makes the bot an administrator. */
  promoteBot(): void;
  /** Takes from members who are no administrators, such as the bot, the right to send messages. */
  muteMembers(): void;
  /** Removes the bot, which from now on gets 403. */
  kickBot(): void;
  /** Brings a removed bot back. */
  addBot(): void;
  /** Turns the group into a supergroup and returns that; the old id answers 400 from now on. */
  migrate(): Group;
  /** Opens a topic in a forum and returns its message_thread_id. */
  openTopic(name: string): number;
  closeTopic(threadId: number): void;
  reopenTopic(threadId: number): void;
  deleteTopic(threadId: number): void;
}

/** The group as the simulated Telegram plays it. */
export class SimGroup implements Group {
  readonly #world: World;
  readonly #owner: User;

  constructor(world: World, readonly chat: SimChat, owner?: User) {
    this.#world = world;
    this.#owner = owner ?? world.addUser({ first_name: "Owner" });
    chat.members.set(this.#owner.id, "creator");
  }

  get id(): number {
    return this.chat.id;
  }

  member(details: Partial<User> & { first_name: string }): Person {
    const user = this.#world.addUser(details);
    this.#world.addPrivateChat(user);
    return this.join({ user });
  }

  join({ user }: { readonly user: User }): Person {
    this.chat.members.set(user.id, "member");
    return new SimPerson(this.#world, this.chat, user);
  }

  setMember({ id }: { readonly id: number }, standing: MemberStanding | null): void {
    if (standing === null) this.chat.members.delete(id);
    else this.chat.members.set(id, standing);
  }

  hideMembers(): void {
    this.chat.hidesMembers = true;
  }

  promoteBot(): void {
    this.chat.showsAllToBot = true;
  }

  muteMembers(): void {
    this.chat.membersMayWrite = false;
  }

  kickBot(): void {
    this.chat.standing = { kind: "kicked" };
  }

  addBot(): void {
    this.chat.standing = { kind: "open" };
  }

  migrate(): Group {
    const { chat, id } = this.chat;
    if (chat.type !== "group") throw new TypeError("Cannot migrate: it is a supergroup already");
    const supergroup = this.#world.addGroupChat({ title: chat.title, type: "supergroup" });
    supergroup.showsAllToBot = this.chat.showsAllToBot;
    supergroup.hidesMembers = this.chat.hidesMembers;
    for (const [id, standing] of this.chat.members) supergroup.members.set(id, standing);
    const farewell = this.chat.add(this.#owner, { migrate_to_chat_id: supergroup.id });
    this.#world.updates.push(messageUpdate(farewell));
    this.chat.standing = { kind: "migrated", toChatId: supergroup.id };
    const welcome = supergroup.add(this.#owner, { migrate_from_chat_id: id });
    this.#world.updates.push(messageUpdate(welcome));
    return new SimGroup(this.#world, supergroup, this.#owner);
  }

  openTopic(name: string): number {
    if (!this.chat.chat.is_forum) {
      throw new TypeError(`Cannot open topic "${name}": the group is no forum`);
    }
    const created = this.chat.add(this.#owner, {
      forum_topic_created: { name, icon_color: 0x6fb9f0 },
      is_topic_message: true,
    });
    this.chat.topics.set(created.message_id, { isClosed: false });
    return created.message_id;
  }

  closeTopic(threadId: number): void {
    this.#topic(threadId).isClosed = true;
  }

  reopenTopic(threadId: number): void {
    this.#topic(threadId).isClosed = false;
  }

  deleteTopic(threadId: number): void {
    this.chat.topics.delete(threadId);
  }

  #topic(threadId: number): Topic {
    const topic = this.chat.topics.get(threadId);
    if (!topic) throw new TypeError(`Cannot find topic ${threadId}`);
    return topic;
  }
}
