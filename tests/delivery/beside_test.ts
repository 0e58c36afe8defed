// Two processes on one PostgreSQL: each does what its seats say, and what one has made due the other finds.

import assert from "node:assert/strict";
import { aConfirmation, aNewLead, aVisitor } from "../helpers/a_lead.ts";
import { someProfiles } from "../helpers/a_profile.ts";
import { eventually } from "../helpers/crew_side.ts";
import { schemaTest } from "../helpers/postgres.ts";
import { anOutside, aProcess, type ProcessHere } from "../helpers/processes.ts";

const CHAT = "chat:";

async function press(process: ProcessHere, visitor: number): Promise<void> {
  const agency = someProfiles().byKey.get("agency")!;
  const lead = aNewLead({
    id: `lead-${visitor}`,
    chatId: visitor,
    visitor: aVisitor({ userId: visitor, username: `v${visitor}` }),
    receivedAtMs: Date.now(),
  });
  await process.delivery.receive(lead, aConfirmation({ chatId: visitor }), agency);
}

schemaTest(
  "a card is shown by the process that holds the chat, whichever has received the lead",
  async (schema, server) => {
    const outside = anOutside();
    const holder = await aProcess("holder", { server, schema, seats: [CHAT], outside });
    const other = await aProcess("other", { server, schema, seats: ["upkeep"], outside });
    try {
      await holder.member.event("seat taken", CHAT);
      await eventually(() => holder.member.wakes.isListening(), "wake-ups");
      await press(other, 501);
      await press(holder, 502);
      await eventually(() => outside.shown.length >= 2, "two cards");
      assert.deepEqual(outside.shown.map(({ by }) => by), ["holder", "holder"]);
      assert.equal(new Set(outside.posted).size, 2);
      // A note and a follow-up ask whether they are still owed, and are this process's.
      await other.journal.noteFact("told", "1", "Заметка", Date.now());
      await eventually(() => outside.shown.some(({ text }) => text === "Заметка"), "the note");
    } finally {
      await other.end();
      await holder.end();
    }
  },
);

schemaTest(
  "whether work in hand is still owed is asked of this process, whenever that is",
  async (schema, server) => {
    const outside = anOutside();
    const one = await aProcess("one", { server, schema, seats: [], outside });
    const other = await aProcess("other", { server, schema, seats: [], outside });
    try {
      const note = { lane: "admin_chat", kind: "note", subject: 0, body: { text: "" } } as const;
      const work = await one.journal.addWork(note, null);
      await one.journal.committed();
      assert.equal(await one.journal.isOwed(work), true);
      assert.equal(await other.journal.isOwed(work), false);
      await one.journal.finishWork(work);
      await one.journal.committed();
      assert.equal(await one.journal.isOwed(work), false);
    } finally {
      await other.end();
      await one.end();
    }
  },
);

schemaTest(
  "a card that waits when its process is taken for dead is shown by the next one, once",
  async (schema, server) => {
    const outside = anOutside();
    outside.retryAfterS = (by) => by === "first" ? 2 : 0;
    const first = await aProcess("first", { server, schema, seats: [CHAT], outside });
    const second = await aProcess("second", { server, schema, seats: [CHAT], outside });
    try {
      await first.member.event("seat taken", CHAT);
      await press(first, 501);
      const inHand = `SELECT count(*) FROM ${schema}.outbox WHERE kind = 'card' AND holder <> ''`;
      await eventually(async () => await server.sql(inHand) === "1", "the card is in hand");
      first.jump(60_000);
      first.place.want([]); // Else it may take the seat again, under its new name.
      await eventually(() => second.place.holds(CHAT), "the second has the chat");
      outside.retryAfterS = () => 0;
      await eventually(() => outside.shown.length > 0, "the card");
      await eventually(
        async () => await server.sql(`SELECT count(*) FROM ${schema}.outbox`) === "0",
        "nothing is owed",
      );
      // Until the first one has waited for as long as it was asked to.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      assert.deepEqual(outside.shown.map(({ by }) => by), ["second"]);
    } finally {
      await second.end();
      await first.end();
    }
  },
);

schemaTest(
  "a POST whose process is out before it leaves does not leave, and its lead becomes a card",
  async (schema, server) => {
    const outside = anOutside();
    const first = await aProcess("first", { server, schema, seats: [], outside });
    const second = await aProcess("second", { server, schema, seats: [CHAT], outside });
    try {
      await second.member.event("seat taken", CHAT);
      const { committed } = first.journal;
      Object.assign(first.journal, {
        async committed() {
          await committed();
          first.jump(60_000); // It was stopped right after that, for a minute.
        },
      });
      await press(first, 501).catch(() => {});
      await eventually(() => outside.shown.length > 0, "the card");
      assert.deepEqual(outside.posted, []);
      assert.equal(outside.shown.length, 1);
    } finally {
      await second.end();
      await first.end();
    }
  },
);

schemaTest(
  "20 messages a minute are kept by two holders of a chat together",
  async (schema, server) => {
    const outside = anOutside();
    const first = await aProcess("first", { server, schema, seats: [CHAT], outside });
    const second = await aProcess("second", { server, schema, seats: [CHAT], outside });
    try {
      await first.member.event("seat taken", CHAT);
      for (let nth = 0; nth < 30; nth++) {
        await first.journal.noteFact("told", "1", `${nth}`, Date.now());
      }
      first.delivery.wake();
      await eventually(() => outside.shown.length >= 12, "a part");
      const ended = first.end();
      await eventually(() => outside.shown.length >= 20, "the rest of a minute's");
      await ended;
      await eventually(() => second.place.holds(CHAT), "the second has the chat");
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      assert.equal(outside.shown.length, 20);
      assert.equal(new Set(outside.shown.map(({ text }) => text)).size, 20);
    } finally {
      await second.end();
      await first.end().catch(() => {});
    }
  },
);
