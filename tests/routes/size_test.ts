import assert from "node:assert/strict";
import { crc32, gunzipSync, inflateSync } from "node:zlib";
import { encode } from "uqr";
import { inventLeads } from "../helpers/invented_leads.ts";
import { someLocales, withProfiles } from "../helpers/a_profile.ts";
import { type Browser, openPage } from "../helpers/a_page.ts";

/** In bytes on the wire: the first page with its stylesheet, and each later one, load fast on a phone. */
const MOST_COLD = 40_000;
const MOST_LATER = 15_000;

Deno.test("a first visit takes less than 40 KB with its stylesheet, later pages less than 15 KB", async () => {
  await using page = await openPage({ locales: withProfiles(someLocales(), 50) });
  await inventLeads(page.journal, page.nowMs, 1_000, [...page.store.current().byKey.keys()]);
  const browser = await page.login();
  const html = await pageOf(browser, "/");
  const files = [...html.text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)];
  assert.equal(files.length, 3);
  let cold = html.bytes;
  for (const [, path = ""] of files) cold += (await pageOf(browser, path)).bytes;
  assert.ok(cold < MOST_COLD, `the first visit took ${cold} bytes`);

  for (const path of ["/", "/profiles/agency", "/profiles/agency/history", "/menu", "/leads"]) {
    const { bytes } = await pageOf(browser, path);
    assert.ok(bytes < MOST_LATER, `${path} took ${bytes} bytes`);
  }
});

Deno.test("the page's files are cached forever, the pages never", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const html = await browser.get("/");
  assert.equal(html.headers.get("cache-control"), "no-store");
  const path = /href="(\/assets\/[^"]+css)"/.exec(await html.text())?.[1] ?? "";
  const style = await browser.get(path);
  assert.equal(style.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert.equal(style.headers.get("content-type"), "text/css; charset=utf-8");
  await style.body?.cancel();
  assert.equal((await browser.get("/assets/000000000000-page.css")).status, 404);
});

Deno.test("a browser without gzip gets the same page uncompressed", async () => {
  await using page = await openPage();
  const browser = await page.login();
  for (const accepted of ["", "br", "gzip;q=0"]) {
    const response = await browser.get("/menu", { "accept-encoding": accepted });
    assert.equal(response.headers.get("content-encoding"), null);
    assert.match(await response.text(), /^<!DOCTYPE html>/);
  }
  const { text } = await pageOf(browser, "/menu");
  assert.match(text, /^<!DOCTYPE html>/);
});

Deno.test("a profile's QR code is a small SVG of its link", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const response = await browser.get("/profiles/agency/qr.svg");
  assert.equal(response.headers.get("content-type"), "image/svg+xml");
  const svg = await response.text();
  assert.ok(svg.length < 5_000);
  const { data, size } = encode("https://t.me/monstrassistentbot?start=agency", { border: 0 });
  const drawn = data.map((row) => row.map(() => false));
  for (const [, x, y, width] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1H/g)) {
    drawn[Number(y) - 4]?.fill(true, Number(x) - 4, Number(x) - 4 + Number(width));
  }
  assert.deepEqual(drawn, data);
  assert.ok(svg.includes(`viewBox="0 0 ${size + 8} ${size + 8}"`));
});

Deno.test("the same QR code as a PNG has sixteen pixels per module", async () => {
  await using page = await openPage();
  const response = await (await page.login()).get("/profiles/agency/qr.png");
  assert.equal(response.headers.get("content-type"), "image/png");
  const bytes = new Uint8Array(await response.arrayBuffer());
  assert.ok(bytes.length < 5_000);
  const view = new DataView(bytes.buffer);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at);
    const named = bytes.subarray(at + 4, at + 8 + length);
    assert.equal(view.getUint32(at + 8 + length), crc32(named));
    chunks.set(new TextDecoder().decode(named.subarray(0, 4)), named.subarray(4));
    at += 12 + length;
  }
  assert.deepEqual([...chunks.keys()], ["IHDR", "IDAT", "IEND"]);
  const { data } = encode("https://t.me/monstrassistentbot?start=agency", { border: 4 });
  const side = data.length * 16;
  const header = [0, 0, side >> 8, side & 255, 0, 0, side >> 8, side & 255, 1, 0, 0, 0, 0];
  assert.deepEqual([...chunks.get("IHDR") ?? []], header);
  const lines = inflateSync(chunks.get("IDAT") ?? new Uint8Array());
  const lineBytes = 1 + side / 8;
  const isBlack = (x: number, y: number) =>
    ((lines[y * 16 * lineBytes + 1 + x * 2] ?? 0) & 0x80) === 0;
  assert.deepEqual(data.map((row, y) => row.map((_, x) => isBlack(x, y))), data);
});

Deno.test("until the bot knows its name there is no link and no QR code", async () => {
  await using page = await openPage({ deps: { botUsername: () => undefined } });
  const browser = await page.login();
  assert.match(await (await browser.get("/")).text(), /Ссылка появится/);
  assert.equal((await browser.get("/profiles/agency/qr.svg")).status, 404);
});

/** A response's size on the wire, and its text. */
async function pageOf(browser: Browser, path: string): Promise<{ bytes: number; text: string }> {
  const response = await browser.get(path, { "accept-encoding": "gzip, br" });
  assert.equal(response.headers.get("content-encoding"), "gzip");
  assert.match(response.headers.get("vary") ?? "", /accept-encoding/);
  const body = new Uint8Array(await response.arrayBuffer());
  return { bytes: body.length, text: new TextDecoder().decode(gunzipSync(body)) };
}
