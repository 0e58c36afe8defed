// The config page on a port, with invented leads: to look at while working on it.
//
//   deno run --allow-all tests/browser/serve.ts [port]

import { openPage } from "../helpers/a_page.ts";
import { inventLeads } from "../helpers/invented_leads.ts";

const locales = JSON.parse(await Deno.readTextFile("locales/locales.json"));
locales.agency.webhook_url = "http://127.0.0.1:9/webhook/agency";
locales.express.webhook_url = "http://127.0.0.1:9/webhook/express";
const page = await openPage({ locales, now: Date.now });
await inventLeads(page.journal, Date.now(), 400);

const port = Number(Deno.args[0] ?? 8100);
Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, page.handler);
const token = await page.auth.issueLink("@manager");
console.log(`http://127.0.0.1:${port}/login?token=${token}`);
