// amoCRM at its own address: https to the account's host, without AMOCRM_API_ROOT, by way of a proxy.

import assert from "node:assert/strict";
import { amoToken } from "../../lib/simulator/crm/amocrm.ts";
import { openHttpsGate } from "../helpers/https_gate.ts";
import { becomeLead, galliard } from "../helpers/visits.ts";
import { withWorld } from "../helpers/world.ts";

const TOKEN = amoToken({ expiresAtS: 4_102_444_800 });

Deno.test("a lead and its note go over https to the account's own host, with the token", async () => {
  const noted = Promise.withResolvers<void>();
  const seen: string[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      await request.body?.cancel();
      seen.push(`${request.method} ${request.headers.get("host")}${pathname}`);
      assert.equal(request.headers.get("authorization"), `Bearer ${TOKEN}`);
      if (!pathname.endsWith("/notes")) {
        return Response.json({ _embedded: { unsorted: [{ _embedded: { leads: [{ id: 77 }] } }] } });
      }
      noted.resolve();
      return Response.json({ _embedded: { notes: [{ id: 1 }] } });
    },
  );
  await using gate = openHttpsGate(`http://127.0.0.1:${server.addr.port}`);
  await withWorld(async (world) => {
    await world.restart(await gate.env(world.folder));
    await world.telegram.untilPolled();
    await becomeLead(galliard(world));
    await world.bot.line("успешно отправлен");
    await noted.promise;
    await world.bot.line("📤 Отправка лида в AmoCRM: https://monster.amocrm.ru/…");
    assert.deepEqual(seen, [
      "POST monster.amocrm.ru/api/v4/leads/unsorted/forms",
      "POST monster.amocrm.ru/api/v4/leads/77/notes",
    ]);
    assert.deepEqual(gate.asked, ["monster.amocrm.ru:443", "monster.amocrm.ru:443"]);
  }, {
    asleep: true,
    env: { SECRET_AMO: TOKEN, CRM_TIMEOUT_SECONDS: "30" },
    locales(locales) {
      locales.agency.crm = { kind: "amocrm", account: "monster.amocrm.ru", token: "{secret:amo}" };
      locales.agency.webhook_url = "";
    },
  });
});
