// A profile's photo on the page: uploaded with the form or by the script, shown, kept in the history.

import assert from "node:assert/strict";
import { MOST_PHOTO_BYTES } from "../../lib/profiles/photos/photo.ts";
import { openPage, type PageOfTest, profileFields } from "../helpers/a_page.ts";
import { PHOTOS } from "../helpers/photos.ts";

const JPEG = new Blob([PHOTOS.jpeg], { type: "image/jpeg" });
const PNG = new Blob([PHOTOS.png]);
const NAME = /name="photo_file" value="([^"]*)"/;

/** The photo in a form that was drawn. */
async function photoIn(response: Response): Promise<string> {
  return NAME.exec(await response.text())?.[1] ?? "none";
}

async function stored({ path }: PageOfTest): Promise<string[]> {
  const media = path.replace("locales.json", "media");
  return await Array.fromAsync(Deno.readDir(media), ({ name }) => name).catch(() => []);
}

/** The agency with an uploaded photo, saved. */
async function savedPhoto(page: PageOfTest, photo: Blob = JPEG): Promise<string> {
  const browser = await page.login();
  const fields = { ...profileFields(page, "agency"), photo };
  assert.equal((await browser.postFiles("/profiles/agency", fields)).status, 303);
  return String((await page.file())["agency"].step1.photo_file);
}

Deno.test("a photo that goes with the form is stored, saved and shown, and takes the address's place", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const fields = { ...profileFields(page, "agency"), photo: JPEG, caption: "Новое" };
  const answer = await browser.postFiles("/profiles/agency", fields);
  assert.equal(answer.status, 303);

  const { step1 } = (await page.file())["agency"];
  assert.match(step1.photo_file, /^[0-9a-f]{64}\.jpg$/);
  assert.equal(step1.photo_url, "");
  assert.equal(step1.caption, "Новое");
  assert.equal(page.store.current().byKey.get("agency")?.photoFile, step1.photo_file);

  const html = await (await browser.get("/profiles/agency")).text();
  assert.equal(html.split(`src="/media/${step1.photo_file}"`).length, 3, "form and preview");
  const shown = await browser.get(`/media/${step1.photo_file}`);
  assert.equal(shown.headers.get("content-type"), "image/jpeg");
  assert.equal(shown.headers.get("content-length"), String(PHOTOS.jpeg.length));
  assert.equal(shown.headers.get("cache-control"), "private, max-age=31536000, immutable");
  assert.equal(shown.headers.get("x-content-type-options"), "nosniff");
  assert.match(shown.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assert.deepEqual(await shown.bytes(), PHOTOS.jpeg);
});

for (
  const [what, photo, sentence] of [
    ["HTML named .jpg", new File(["<script>"], "a.jpg", { type: "image/jpeg" }), "Это не JPEG"],
    ["an empty file", new File([], "a.jpg"), "Файл пуст, выберите другой."],
    ["an animation", new Blob([PHOTOS.animatedWebp]), "Это анимация, нужна неподвижная картинка."],
    ["half a photo", new Blob([PHOTOS.jpeg.subarray(0, 300)]), "Файл повреждён или обрывается"],
    [
      "a photo over 5 MB",
      new Blob([new Uint8Array(MOST_PHOTO_BYTES + 1)]),
      "В файле 5,1 МБ, нужно не больше 5 МБ.",
    ],
  ] as const
) {
  Deno.test(`${what} is refused at the field, and what was typed stays`, async () => {
    await using page = await openPage();
    const browser = await page.login();
    const before = await Deno.readTextFile(page.path);
    const fields = { ...profileFields(page, "agency"), photo, caption: "Набрано" };
    const answer = await browser.postFiles("/profiles/agency", fields);
    assert.equal(answer.status, 422);
    const html = await answer.text();
    assert.match(html, new RegExp(`id="photo-fault">.*${sentence}`));
    assert.match(html, />Набрано</);
    assert.match(html, /Не сохранено: 1 ошибка/);
    assert.match(html, /value="https:\/\/example\.ru\/agency\.jpg"/);
    assert.equal(await Deno.readTextFile(page.path), before);
    assert.deepEqual(await stored(page), []);
  });
}

Deno.test("a fault elsewhere keeps the photo: it need not be chosen again", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const refused = await browser.postFiles("/profiles/agency", {
    ...profileFields(page, "agency"),
    photo: JPEG,
    caption: "",
  });
  assert.equal(refused.status, 422);
  const name = await photoIn(refused);
  const fields = { ...profileFields(page, "agency"), photo_url: "", photo_file: name };
  assert.equal((await browser.post("/profiles/agency", fields)).status, 303);
  assert.equal((await page.file())["agency"].step1.photo_file, name);
});

Deno.test("a disk that is full is told at the field and in the log, what was typed stays, and the file is as it was", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const before = await Deno.readTextFile(page.path);
  const { open } = Deno;
  const full = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
  Deno.open = (path, options) => options?.write ? Promise.reject(full) : open(path, options);
  try {
    const fields = { ...profileFields(page, "agency"), photo: JPEG, caption: "Набрано" };
    const answer = await browser.postFiles("/profiles/agency", fields);
    assert.equal(answer.status, 422);
    const html = await answer.text();
    assert.match(html, /Фото не сохранить: на диске нет места\. Попробуйте позже\./);
    assert.match(html, />Набрано</);
  } finally {
    Deno.open = open;
  }
  await page.log.line("❌ Фото не сохранить: на диске нет места. No space left on device");
  assert.equal(await Deno.readTextFile(page.path), before);
  assert.deepEqual(await stored(page), []);
});

Deno.test("the script's upload answers with the form's part and changes no profile", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const before = await Deno.readTextFile(page.path);
  const good = await browser.postFiles("/profiles/agency/photo", { photo: PNG, photo_file: "" });
  assert.equal(good.status, 200);
  const name = await photoIn(good.clone());
  assert.match(await good.text(), /<body><fieldset class="photo-field" id="field-photo"/);
  assert.deepEqual(await stored(page), [name]);

  const bad = await browser.postFiles(
    "/profiles/agency/photo",
    { photo: new Blob(["GIF89a"]), photo_file: name, photo_url: "" },
    { "accept-language": "en" },
  );
  assert.equal(bad.status, 422);
  const html = await bad.text();
  assert.match(html, /This is neither JPEG nor PNG nor WebP, choose another file\./);
  assert.equal(NAME.exec(html)?.[1], name, "the photo before it stays");
  assert.equal(await Deno.readTextFile(page.path), before);

  const gone = await browser.postFiles("/profiles/nowhere/photo", { photo: PNG });
  assert.equal(gone.status, 404);
});

Deno.test("a photo is shown to nobody without a session, and nothing else is shown at all", async () => {
  await using page = await openPage();
  const name = await savedPhoto(page);
  const stranger = await page.browser().get(`/media/${name}`);
  assert.equal(stranger.status, 303);
  assert.match(stranger.headers.get("location") ?? "", /^\/login/);
  const browser = await page.login();
  for (
    const path of [
      "/media/",
      "/media/locales.json",
      "/media/..%2Flocales.json",
      "/media/%2e%2e/locales.json",
      `/media/${"0".repeat(64)}.jpg`,
      `/media/${name}.tmp`,
      `/media/${name.toUpperCase()}`,
    ]
  ) assert.equal((await browser.get(path)).status, 404, path);
});

Deno.test("HEAD tells a photo's length and type, has no body, and leaves no file open", async () => {
  await using page = await openPage();
  const name = await savedPhoto(page);
  const { cookie } = await page.login();
  const request = new Request(`http://bot.test/media/${name}`, {
    method: "HEAD",
    headers: { cookie },
  });
  const { status, headers, body } = await page.handler(request);
  assert.equal(status, 200);
  assert.equal(headers.get("content-length"), String(PHOTOS.jpeg.length));
  assert.equal(headers.get("content-type"), "image/jpeg");
  assert.equal(body, null);
});

Deno.test("a form without its token, from elsewhere or from a stranger stores nothing", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const fields = { ...profileFields(page, "agency"), photo: JPEG };
  const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  const stale = { ...fields, form_token: "outdated", caption: "Набрано" };
  const answers = [
    await browser.postFiles("/profiles/agency", stale),
    await browser.postFiles("/profiles/agency/photo", { photo: JPEG, form_token: "outdated" }),
    await browser.postFiles("/profiles/agency", fields, foreign),
    await page.browser().postFiles("/profiles/agency/photo", { photo: JPEG }),
  ];
  assert.deepEqual(answers.map(({ status }) => status), [403, 403, 403, 401]);
  assert.match(await answers[0]!.text(), />Набрано</);
  assert.deepEqual(await stored(page), []);
});

Deno.test("only a profile's form may carry a file", async () => {
  await using page = await openPage();
  const browser = await page.login();
  for (
    const path of ["/menu", "/profiles/agency/rename", "/new-profile", "/profiles/agency/preview"]
  ) {
    assert.equal((await browser.postFiles(path, { photo: JPEG })).status, 415, path);
  }
});

Deno.test("an address that is typed replaces the photo, and a photo can be removed", async () => {
  await using page = await openPage();
  const name = await savedPhoto(page);
  const browser = await page.login();
  const fields = { ...profileFields(page, "agency"), photo_file: name };
  const removed = await browser.post("/profiles/agency", { ...fields, do: "unphoto" });
  assert.equal(await photoIn(removed), "");
  assert.equal((await page.file())["agency"].step1.photo_file, name, "not saved yet");

  const address = "https://example.ru/new.jpg";
  const shown = await browser.post("/profiles/agency/preview", { ...fields, photo_url: address });
  assert.match(await shown.text(), /<img class="photo" src="https:\/\/example\.ru\/new\.jpg"/);
  await browser.post("/profiles/agency", { ...fields, photo_url: address });
  const { step1 } = (await page.file())["agency"];
  assert.equal(step1.photo_url, address);
  assert.equal("photo_file" in step1, false);
});

Deno.test("a photo beside an address, as in a file edited by hand, stays through an edit of something else", async () => {
  await using page = await openPage();
  const name = await savedPhoto(page);
  await page.editFile(({ agency }) => agency.step1.photo_url = "https://example.ru/a.jpg");
  const browser = await page.login();
  const fields = { ...profileFields(page, "agency"), photo_file: name, caption: "Другое" };
  await browser.post("/profiles/agency", fields);
  const { step1 } = (await page.file())["agency"];
  assert.deepEqual(
    [step1.photo_file, step1.photo_url, step1.caption],
    [name, "https://example.ru/a.jpg", "Другое"],
  );
});

Deno.test("a photo that is gone from the disk is told, cannot be newly chosen, and keeps no text from being saved", async () => {
  await using page = await openPage();
  const name = await savedPhoto(page);
  await Deno.remove(page.path.replace("locales.json", `media/${name}`));
  const browser = await page.login();
  const html = await (await browser.get("/profiles/agency")).text();
  assert.match(html, /Этого фото больше нет на диске: приветствие уходит без него/);
  for (const path of ["/profiles/agency", "/profiles/agency/languages/en"]) {
    assert.doesNotMatch(await (await browser.get(path)).text(), /src="\/media\//, path);
  }

  const fields = { ...profileFields(page, "agency"), photo_file: name, caption: "Другое" };
  assert.equal((await browser.post("/profiles/agency", fields)).status, 303);

  const other = `${"0".repeat(64)}.png`;
  const again = { ...profileFields(page, "agency"), photo_file: other };
  const refused = await browser.post("/profiles/agency", again);
  assert.equal(refused.status, 422);
  assert.match(await refused.text(), /Этого фото больше нет на диске, загрузите его ещё раз/);
});

Deno.test("a translation's preview shows the photo", async () => {
  await using page = await openPage();
  const name = await savedPhoto(page);
  const browser = await page.login();
  const html = await (await browser.get("/profiles/agency/languages/en")).text();
  assert.ok(html.includes(`src="/media/${name}"`));
  const shown = await browser.post("/profiles/agency/languages/en/preview", { caption: "Hi" });
  assert.ok((await shown.text()).includes(`src="/media/${name}"`));
});

Deno.test("a form that says nothing of a photo leaves it as it is", async () => {
  await using page = await openPage();
  const name = await savedPhoto(page);
  const browser = await page.login();
  const fields = { ...profileFields(page, "agency"), caption: "Другое" };
  await browser.post("/profiles/agency", fields);
  assert.equal((await page.file())["agency"].step1.photo_file, name);
});

Deno.test("the history names the photo and brings it back, and a copy of the profile shares it", async () => {
  await using page = await openPage();
  const first = await savedPhoto(page);
  const second = await savedPhoto(page, PNG);
  assert.notEqual(first, second);
  const browser = await page.login();
  const [newest, before] = await page.journal.listRevisions("agency", 2);
  const opened = await browser.get(`/profiles/agency/history?open=${newest?.number}`);
  const history = await opened.text();
  for (const name of [first, second]) assert.ok(history.includes(name.slice(0, 8)), name);

  const restore = String(before?.number);
  const restored = await browser.post("/profiles/agency/history", { restore });
  assert.equal(restored.status, 303);
  assert.equal((await page.file())["agency"].step1.photo_file, first);
  assert.deepEqual((await stored(page)).sort(), [first, second].sort());

  await browser.post("/new-profile", { from: "agency", name: "Копия", key: "copy" });
  assert.equal((await page.file())["copy"].step1.photo_file, first);
});
