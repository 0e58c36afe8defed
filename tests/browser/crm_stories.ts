// "Where leads go" in a real browser, in front of the running bot. Run by `deno task test:browser`.

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type AmoCrm, amoToken, startAmoCrm } from "../../lib/simulator/crm/amocrm.ts";
import { isThereABrowser, overflow, PHONE, seriousFaults, surf, type Surfing } from "./browser.ts";

const ignore = !isThereABrowser();

const TOKEN = amoToken({ expiresAtS: Math.floor(Date.now() / 1000) + 106 * 24 * 60 * 60 });

type Options = NonNullable<Parameters<typeof surf>[1]>;

/** A story with a simulated amoCRM, open at a profile's form. */
function story(
  name: string,
  tell: (surfing: Surfing & { readonly amo: AmoCrm }) => Promise<void>,
  options: Options = {},
): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      await using amo = await startAmoCrm({ token: TOKEN });
      await surf(async (surfing) => {
        await surfing.page.goto(`${surfing.origin}/profiles/agency`);
        await tell({ ...surfing, amo });
      }, { ...options, env: { ...options.env, AMOCRM_API_ROOT: amo.root } });
    },
  });
}

/** Chooses amoCRM, pastes account and token, and looks. */
async function lookIntoAmoCrm(page: Page): Promise<void> {
  await page.getByLabel("AmoCRM / Kommo").check();
  await page.getByLabel("Аккаунт").fill("https://monster.amocrm.ru/leads/");
  await page.getByLabel("Токен", { exact: true }).fill(TOKEN);
  await page.getByRole("button", { name: "Проверить" }).click();
  await page.getByText("Аккаунт «MONSTER», права есть. Ничего не создано.").waitFor();
}

async function save(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Сохранить" }).click();
  await page.getByText("Сохранено. Уже работает.").waitFor();
}

async function takeALead({ world }: Surfing): Promise<void> {
  const visitor = world.telegram.user({ first_name: "Galliard", username: "betterrman" });
  visitor.start("agency");
  visitor.press(await visitor.chat.nextMessage(), "Привлечь клиентов");
}

story(
  "amoCRM is connected by an account, a token and a stage's name, and the next lead is a deal there",
  async (surfing) => {
    const { page, amo, world } = surfing;
    await lookIntoAmoCrm(page);
    assert.equal(await page.getByLabel("Аккаунт").inputValue(), "monster.amocrm.ru");
    await page.getByText("ещё 106 дней").waitFor();
    await page.locator("#preview").getByText("Новый лид с Telegram: MONSTER AGENCY").waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    await page.getByLabel("Сразу на этап").check();
    const [pipeline] = amo.pipelines;
    const status = pipeline?.statuses.find(({ type }) => type !== 1);
    await page.getByLabel("Этап", { exact: true }).selectOption({ label: status?.name ?? "" });
    await save(page);
    await page.getByText(/сохранён \d\d:\d\d, …/).waitFor();

    await takeALead(surfing);
    const deal = await amo.nextDeal();
    assert.equal(deal.name, "Новый лид с Telegram: MONSTER AGENCY");
    assert.equal(deal.statusId, status?.id);
    assert.ok(world.bot.lines.every((line) => !line.includes(TOKEN)));
    assert.ok(!(await Deno.readTextFile(world.localesPath)).includes(TOKEN));
  },
);

story("without a script the same takes one press more", async (surfing) => {
  const { page, amo } = surfing;
  await lookIntoAmoCrm(page);
  await save(page);
  await takeALead(surfing);
  assert.equal((await amo.nextDeal()).name, "Новый лид с Telegram: MONSTER AGENCY");
}, { browser: { javaScriptEnabled: false, viewport: PHONE } });

story("every kind fits a phone in the dark, is usable by everybody, and is chosen by keys", async ({
  page: _wide,
  origin,
  again,
}) => {
  const page = await again({ viewport: PHONE, colorScheme: "dark", hasTouch: true });
  await page.goto(`${origin}/profiles/agency`);
  await page.getByLabel("AmoCRM / Kommo").focus();
  await page.keyboard.press("Space");
  for (const label of ["Аккаунт", "Адрес из Битрикс24", "Адрес скрипта", "Адрес вебхука"]) {
    await page.getByLabel(label).waitFor();
    for (const summary of await page.locator(".crm summary:visible").all()) {
      if (await summary.isVisible()) await summary.click();
    }
    assert.deepEqual(await seriousFaults(page), [], label);
    assert.equal(await overflow(page), 0, label);
    const folder = Deno.env.get("SCREENSHOTS");
    if (folder !== undefined) {
      await page.locator("#crm").screenshot({ path: `${folder}/${label}.png` });
    }
    await page.locator('[name="crm"]:checked').focus();
    await page.keyboard.press("ArrowRight");
  }
  await page.getByText("Каждый лид придёт карточкой в чат менеджеров.").waitFor();
});

story("a body is previewed while it is typed, and its fault is told by line", async ({ page }) => {
  await page.locator(".kind-webhook .more summary").click();
  await page.getByLabel("Тело запроса").fill('{ "title": "{lead_name}", "who": "{username}" }');
  await page.locator("#preview").getByText('"who": "@betterrman"').waitFor();
  await page.getByLabel("Тело запроса").fill('{\n  "title": {lead_name}\n}');
  await page.getByRole("button", { name: "Сохранить" }).click();
  await page.getByText("Строка 2, столбец 13").waitFor();
  assert.equal(await page.locator(":focus").getAttribute("name"), "webhook_body");
});
