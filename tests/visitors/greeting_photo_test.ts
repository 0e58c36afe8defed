// An uploaded photo in greetings: as bytes once, afterwards by its id, and never at the greeting's cost.

import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import {
  startTelegramServer,
  type TelegramServer,
  type Visitor,
} from "../../lib/simulator/telegram/server.ts";
import { createApi } from "../../lib/telegram/client.ts";
import {
  createGreetingPhotos,
  PAUSE_MS,
  type PhotoSend,
} from "../../lib/visitors/greeting_photo.ts";
import { withRetriesOfEach } from "../../lib/telegram/send_retries.ts";
import { PHOTOS } from "../helpers/photos.ts";

const TOKEN = "987654321:AAF0test-token-that-must-never-be-seen00";
const PHOTO = `${"a".repeat(64)}.jpg`;
const MESSAGE = {
  caption: "Здравствуйте!\r\n--\r\n",
  reply_markup: { inline_keyboard: [[{ text: "Сайт", callback_data: "agency_website" }]] },
};

interface Room {
  readonly telegram: TelegramServer;
  readonly journal: Journal;
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
  /** Somebody who may be written to. */
  visitor(): Visitor;
  greet(visitor: Visitor, name?: string): Promise<PhotoSend>;
  /** How the photos were sent: "bytes", or by which id. */
  sent(): unknown[];
  /** Lets the waits for another's upload end. */
  endWaits(): void;
  stop(): void;
  elapsedMs: number;
}

async function withRoom(run: (room: Room) => Promise<void>): Promise<void> {
  await using telegram = await startTelegramServer({ token: TOKEN, limits: "off" });
  const journal = await openJournal(":memory:");
  const api = createApi({ token: TOKEN, apiRoot: telegram.url });
  const uploads = createApi(
    { token: TOKEN, apiRoot: telegram.url },
    withRetriesOfEach(() => Promise.resolve(), () => 1),
  );
  const files = new Map([[PHOTO, PHOTOS.jpeg]]);
  const waits = Promise.withResolvers<void>();
  const stopping = new AbortController();
  const photos = createGreetingPhotos({
    journal,
    photos: { read: (name) => Promise.resolve(files.get(name)) },
    uploads,
    sleep: () => waits.promise,
    stopping: stopping.signal,
    elapsedMs: () => room.elapsedMs,
  });
  const room: Room = {
    telegram,
    journal,
    files,
    visitor() {
      const visitor = telegram.user({ first_name: "Galliard" });
      visitor.start();
      return visitor;
    },
    greet: ({ id }, name = PHOTO) =>
      photos.send(name, id, MESSAGE, (fileId) => api.sendPhoto(id, fileId, MESSAGE)),
    sent: () =>
      telegram.calls.filter(({ method }) => method === "sendPhoto")
        .map(({ files, params }) => files.size > 0 ? "bytes" : params["photo"]),
    endWaits: waits.resolve,
    stop: () => stopping.abort(),
    elapsedMs: 0,
  };
  try {
    await run(room);
  } finally {
    waits.resolve();
    await journal.close();
  }
}

function fileIdOf(outcome: PhotoSend): string {
  assert.ok(outcome.kind === "sent", JSON.stringify(outcome));
  const sizes = "photo" in outcome.message ? outcome.message.photo : [];
  return sizes?.at(-1)?.file_id ?? "";
}

function assertWithout(outcome: PhotoSend, reason: string | RegExp): void {
  assert.ok(outcome.kind === "without", JSON.stringify(outcome));
  assert.match(outcome.reason, new RegExp(reason));
}

Deno.test("a photo goes as bytes once, with caption and buttons, and by its id afterwards", () =>
  withRoom(async ({ visitor, greet, sent, telegram, journal }) => {
    const first = visitor();
    const id = fileIdOf(await greet(first));
    const shown = first.chat.messages.at(-1);
    assert.equal(shown?.caption, "Здравствуйте!\n--");
    assert.deepEqual(shown?.reply_markup, MESSAGE.reply_markup);
    assert.deepEqual([...telegram.calls[0]?.files.values() ?? []], [PHOTOS.jpeg]);
    assert.equal(await journal.sentPhoto(PHOTO), id);
    await greet(visitor());
    assert.deepEqual(sent(), ["bytes", id]);
  }));

Deno.test("a photo of 5 MB arrives whole", () =>
  withRoom(async ({ visitor, greet, files, telegram }) => {
    const large = new Uint8Array(5 * 1024 * 1024).fill(7);
    large.set(PHOTOS.jpeg);
    files.set(PHOTO, large);
    assert.equal((await greet(visitor())).kind, "sent");
    const [received] = telegram.calls.flatMap(({ files }) => [...files.values()]);
    assert.ok(received !== undefined && Buffer.from(received).equals(large));
  }));

Deno.test("of a crowd that comes together one greeting uploads, and the others wait for its id", () =>
  withRoom(async ({ visitor, greet, sent }) => {
    const crowd = Array.from({ length: 20 }, visitor);
    const outcomes = await Promise.all(crowd.map((each) => greet(each)));
    const id = fileIdOf(outcomes[0]!);
    assert.deepEqual(sent(), ["bytes", ...Array(19).fill(id)]);
  }));

Deno.test("who waits too long for another's upload is greeted without the photo", () =>
  withRoom(async ({ telegram, visitor, greet, endWaits, stop }) => {
    const release = telegram.fault({ method: "sendPhoto", fault: { kind: "hang" } });
    const first = greet(visitor());
    const second = greet(visitor());
    await telegram.nextCall("sendPhoto");
    endWaits();
    assertWithout(await second, "ещё загружают");
    release();
    stop(); // Cuts the upload off.
    assertWithout(await first, "нет связи с Telegram");
  }));

Deno.test("an id that Telegram refuses costs one more upload, and its successor is recorded", () =>
  withRoom(async ({ visitor, greet, sent, journal }) => {
    await journal.rememberSentPhoto(PHOTO, "AgAC-of-another-bot");
    const id = fileIdOf(await greet(visitor()));
    assert.equal(await journal.sentPhoto(PHOTO), id);
    await greet(visitor());
    assert.deepEqual(sent(), ["AgAC-of-another-bot", "bytes", id]);
  }));

for (
  const [description, isForeign] of [
    ["Bad Request: wrong file identifier/HTTP URL specified", true],
    ["Bad Request: wrong remote file identifier specified: Wrong padding in the string", true],
    ["Bad Request: wrong file_id or the file is temporarily unavailable", true],
    ["Bad Request: FILE_REFERENCE_EXPIRED", true],
    ["Bad Request: not enough rights to send photos to the chat", false],
  ] as const
) {
  Deno.test(`«${description}» ${isForeign ? "is answered by an upload" : "leaves the id alone"}`, () =>
    withRoom(async ({ telegram, visitor, greet, journal }) => {
      await journal.rememberSentPhoto(PHOTO, "id");
      telegram.fault({
        method: "sendPhoto",
        times: 1,
        fault: { kind: "error", error_code: 400, description },
      });
      const outcome = await greet(visitor());
      assert.equal(outcome.kind, isForeign ? "sent" : "without");
      assert.equal(await journal.sentPhoto(PHOTO) === "id", !isForeign);
    }));
}

Deno.test("after a failed upload greetings go without the photo for a minute, then it is tried again", () =>
  withRoom(async (room) => {
    const { telegram, visitor, greet, sent } = room;
    const error = {
      kind: "error",
      error_code: 400,
      description: "Bad Request: IMAGE_PROCESS_FAILED",
    };
    telegram.fault({ method: "sendPhoto", times: 1, fault: error as never });
    assertWithout(await greet(visitor()), "IMAGE_PROCESS_FAILED");
    room.elapsedMs = PAUSE_MS - 1;
    assertWithout(await greet(visitor()), "недавно не удалась");
    assert.deepEqual(sent(), ["bytes"]);
    room.elapsedMs = PAUSE_MS;
    assert.equal((await greet(visitor())).kind, "sent");
  }));

Deno.test("an upload whose answer is lost is not repeated, and the next greeting's is made as any other", () =>
  withRoom(async (room) => {
    const { telegram, visitor, greet, sent } = room;
    telegram.fault({ method: "sendPhoto", times: 3, fault: { kind: "reset_after" } });
    for (let lost = 1; lost <= 3; lost++) {
      assertWithout(await greet(visitor()), "ответа на отправку не было|нет связи с Telegram");
      assert.equal(sent().length, lost);
      room.elapsedMs += PAUSE_MS;
    }
    assert.equal((await greet(visitor())).kind, "sent");
  }));

Deno.test("an upload that meets a short 429 is made again, with the same bytes", () =>
  withRoom(async ({ telegram, visitor, greet }) => {
    const fault = { kind: "error", error_code: 429, description: "Too Many Requests" } as const;
    telegram.fault({ method: "sendPhoto", times: 1, fault });
    assert.equal((await greet(visitor())).kind, "sent");
    const sent = telegram.calls.filter(({ method }) => method === "sendPhoto");
    assert.deepEqual(sent.map(({ files }) => [...files.values()]), [[PHOTOS.jpeg], [PHOTOS.jpeg]]);
  }));

Deno.test("a photo that is missing on the disk, or cannot be read, costs the greeting nothing else", () =>
  withRoom(async ({ visitor, greet, files, sent }) => {
    files.delete(PHOTO);
    assertWithout(await greet(visitor()), "загруженного фото больше нет");
    files.get = () => {
      throw new Error("Input/output error (os error 5)");
    };
    assertWithout(await greet(visitor()), "Input/output error");
    assert.deepEqual(sent(), []);
  }));

Deno.test("a journal that is full costs another upload, never a second greeting", () =>
  withRoom(async ({ visitor, greet, journal, sent }) => {
    const { rememberSentPhoto } = journal;
    journal.rememberSentPhoto = () => Promise.reject(new Error("database or disk is full"));
    assert.equal((await greet(visitor())).kind, "sent");
    journal.rememberSentPhoto = rememberSentPhoto;
    assert.equal((await greet(visitor())).kind, "sent");
    assert.deepEqual(sent(), ["bytes", "bytes"]);
  }));

Deno.test("four photos are uploaded at once; a fifth profile's greeting goes without", () =>
  withRoom(async ({ telegram, visitor, greet, files, stop }) => {
    telegram.fault({ method: "sendPhoto", fault: { kind: "hang" } });
    const names = ["1", "2", "3", "4", "5"].map((digit) => `${digit.repeat(64)}.jpg`);
    for (const name of names) files.set(name, PHOTOS.jpeg);
    const [fifth = "", ...four] = names.reverse();
    const uploads = four.map((name) => greet(visitor(), name));
    for (const _ of four) await telegram.nextCall("sendPhoto");
    assertWithout(await greet(visitor(), fifth), "другие фото");
    stop();
    for (const upload of uploads) assertWithout(await upload, "нет связи");
  }));

Deno.test("a visitor who blocked the bot, and a 429, are the caller's, and pause no one else's photo", () =>
  withRoom(async ({ telegram, visitor, greet }) => {
    for (
      const [error_code, description] of [[403, "Forbidden"], [429, "Too Many Requests"]] as const
    ) {
      telegram.fault({
        method: "sendPhoto",
        times: error_code === 429 ? 3 : 1,
        fault: { kind: "error", error_code, description },
      });
      await assert.rejects(greet(visitor()), new RegExp(description));
    }
    assert.equal((await greet(visitor())).kind, "sent");
  }));
