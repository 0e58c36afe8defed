import assert from "node:assert/strict";
import { type Demo, withDemo } from "./a_demo.ts";

function open(
  { origin }: Demo,
  { to = "/", site = "same-origin", cookie }: {
    readonly to?: string;
    readonly site?: string;
    readonly cookie?: string;
  } = {},
): Promise<Response> {
  const headers = { "sec-fetch-site": site, "user-agent": "Netscape", ...(cookie && { cookie }) };
  return fetch(`${origin}/demo/config?to=${encodeURIComponent(to)}`, {
    headers,
    redirect: "manual",
  });
}

/** The cookie that a browser would send on, and where it would go. */
async function passage(response: Response): Promise<{ cookie: string; location: string }> {
  await response.body?.cancel();
  assert.equal(response.status, 303);
  const [cookie = ""] = response.headers.get("set-cookie")?.split(";") ?? [];
  return { cookie, location: response.headers.get("location") ?? "" };
}

Deno.test("one click opens the config page, logged in", async () => {
  await withDemo(async (demo) => {
    const { cookie, location } = await passage(await open(demo, { to: "/leads" }));
    assert.equal(new URL(location).pathname, "/leads");
    const page = await fetch(location, { headers: { cookie }, redirect: "manual" });
    assert.equal(page.status, 200);
    assert.match(await page.text(), /@manager/);
    const stranger = await fetch(location, { redirect: "manual" });
    assert.equal(stranger.status, 303);
    await stranger.body?.cancel();
  });
});

Deno.test("a browser that is logged in keeps its session", async () => {
  await withDemo(async (demo) => {
    const { cookie } = await passage(await open(demo));
    const again = await passage(await open(demo, { cookie }));
    assert.equal(again.cookie, "");
    assert.equal(new URL(again.location).pathname, "/");
  });
});

Deno.test("another site logs nobody in: the login page asks first", async () => {
  await withDemo(async (demo) => {
    for (const site of ["cross-site", "same-site"]) {
      const { cookie, location } = await passage(await open(demo, { site }));
      assert.equal(cookie, "");
      assert.match(location, /\/login\?token=/);
    }
  });
});

Deno.test("the config page's door leads to no other site", async () => {
  await withDemo(async (demo) => {
    const { location } = await passage(await open(demo));
    const { origin } = new URL(location);
    for (const to of ["//evil.example/", "https://evil.example/", "/\\evil.example", "x", ""]) {
      const { location } = await passage(await open(demo, { to }));
      assert.equal(new URL(location).origin, origin, to);
    }
  });
});

Deno.test("an edit on the config page is seen in the visitor's phone at the next opening of the link", async () => {
  await withDemo(async (demo) => {
    const { cookie, location } = await passage(await open(demo, { to: "/profiles/agency" }));
    const headers = { cookie, origin: new URL(location).origin, "sec-fetch-site": "same-origin" };
    const html = await (await fetch(location, { headers })).text();
    const form = new URLSearchParams();
    for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
      const name = /\bname="([^"]*)"/.exec(tag)?.[1];
      const isLeftOut = /type="(radio|checkbox)"/.test(tag) && !/\bchecked\b/.test(tag);
      if (name !== undefined && !isLeftOut) {
        form.append(name, /\bvalue="([^"]*)"/.exec(tag)?.[1] ?? "");
      }
    }
    for (
      const [, name = "", text = ""] of html.matchAll(
        /<textarea\b[^>]*\bname="([^"]*)"[^>]*>([^<]*)</g,
      )
    ) {
      form.append(name, text);
    }
    form.set("caption", "Здравствуйте из демо!");
    const saved = await fetch(location, {
      method: "POST",
      headers,
      body: form,
      redirect: "manual",
    });
    assert.equal(saved.status, 303, await saved.text());
    await demo.act("/demo/visitor", { open: "agency" });
    await demo.until(({ visitors }) =>
      visitors.current.phone.messages.at(-1)?.caption === "Здравствуйте из демо!"
    );

    // And the CRM's switch keeps the edit.
    await demo.act("/demo/crm", { mode: "amocrm" });
    await demo.act("/demo/crm", { mode: "answers" });
    await demo.act("/demo/visitor", { open: "agency" });
    await demo.until(({ visitors }) =>
      visitors.current.phone.messages.filter(({ caption }) => caption === "Здравствуйте из демо!")
        .length === 2
    );
  });
});
