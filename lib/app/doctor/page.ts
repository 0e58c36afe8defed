// The doctor's look at the page's port and at PUBLIC_URL.

import type { Trouble } from "../../page/health_report.ts";
import { listenFault } from "../../page/server/listen_fault.ts";
import { VERSION } from "../../version.ts";
import type { Settings } from "./settings.ts";
import { type Finding, findingsOf } from "./findings.ts";
import { askHealth, type HealthLook } from "./health_look.ts";

/** What is known about the bot of this data folder; undefined where its lock cannot be read. */
type IsRunning = boolean | undefined;

/** Whether the page's port is free, has our own bot, or something else. */
export async function lookAtPort(
  { config, faulty }: Settings,
  isRunning: IsRunning,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { good, warning, fault, unknown } = findingsOf("Страница");
  if (faulty.has("HOST") || faulty.has("PORT")) {
    return [unknown("не проверить, пока настройки с ошибкой")];
  }
  const { host, port } = config;
  const place = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (port === 0) return [warning("PORT=0: адрес страницы новый при каждом старте")];
  const look = await askHealth({ isHttps: false, hostname: reachable(host), port }, signal);
  const isDeaf = config.webhook !== null && isRunning !== false;
  const others = "задайте другой PORT или остановите её" +
    (isDeaf ? ", без порта не приходят и обновления на WEBHOOK_URL" : "");
  switch (look.kind) {
    case "triborg":
      return isRunning === false
        ? [fault(`${place} занят другим ботом Triborg: ${others}`)]
        : [good(`${place}: отвечает работающий бот`), ...healthFindings(look)];
    case "other":
    case "silent":
      return [fault(`${place} занят другой программой: ${others}`)];
    default:
      break;
  }
  const refused = tryListening(host, port);
  if (refused !== undefined) return [fault(`${place}: ${refused}`)];
  if (!isRunning) return [good(`${place} свободен`)];
  const silence = `бот работает, а на ${place} страницы нет`;
  const check = "проверьте HOST и PORT, перезапустите его";
  return isDeaf
    ? [fault(`${silence}, и обновления на WEBHOOK_URL не приходят: ${check}`)]
    : [warning(`${silence}: ${check}`)];
}

/** Whether the page's public address leads to the bot. */
export async function lookAtPublicUrl(
  { config, faulty }: Settings,
  isRunning: IsRunning,
  signal: AbortSignal,
  caCerts?: readonly string[],
): Promise<Finding> {
  const { good, warning, fault, unknown } = findingsOf("PUBLIC_URL");
  if (faulty.has("PUBLIC_URL")) return unknown("не проверить, пока настройки с ошибкой");
  const { publicUrl } = config;
  if (publicUrl === null) {
    return good("не задан: ссылки для входа открываются на самом сервере");
  }
  const url = new URL(publicUrl);
  const isHttps = url.protocol === "https:";
  const hostname = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
  const port = Number(url.port) || (isHttps ? 443 : 80);
  const look = await askHealth({ isHttps, hostname, port }, signal, caCerts);
  switch (look.kind) {
    case "triborg":
      return isHttps
        ? good(`${publicUrl} ведёт к боту`)
        : warning(`${publicUrl} ведёт к боту без https: пароль и ссылки входа идут открыто`);
    case "other":
      if (look.location?.startsWith("https:") && !isHttps) {
        return warning(`${publicUrl} перенаправляет на https: впишите адрес с https://`);
      }
      return isRunning
        ? fault(
          `${publicUrl}/health отвечает ${look.status}, и это не бот: проверьте прокси перед ним`,
        )
        : unknown(`${publicUrl} отвечает ${look.status}: бот не запущен, проверьте при работающем`);
    case "silent":
      return fault(`${publicUrl} принимает соединение и молчит: проверьте прокси перед ботом`);
    case "unknown_host":
      return fault(`имени ${hostname} нет в DNS: добавьте запись или исправьте PUBLIC_URL`);
    case "unconnected":
      // Many routers do not lead a machine back to its own public address.
      return warning(
        `${publicUrl} отсюда не открыть (${look.reason}): проверьте прокси и порт ${port}; ` +
          "если в браузере открывается, всё в порядке",
      );
    case "untrusted":
      return fault(`${publicUrl}: TLS не удался (${look.reason}): проверьте сертификат`);
    default:
      return look satisfies never;
  }
}

/** What the running bot says of itself. */
function healthFindings(
  { version, reasons }: Extract<HealthLook, { kind: "triborg" }>,
): Finding[] {
  const { warning, fault } = findingsOf("Бот");
  const findings = reasons.map((reason) =>
    fault(isKnown(reason) ? REASONS[reason] : `/health: ${reason}`)
  );
  if (version !== VERSION) {
    const found = version === null ? "старше 1.0.0" : version;
    findings.push(warning(`работает версия ${found}, а здесь ${VERSION}: перезапустите бота`));
  }
  return findings;
}

/** Another version may have further ones. */
function isKnown(reason: string): reason is keyof typeof REASONS {
  return Object.hasOwn(REASONS, reason);
}

/** The reasons of `/health`, in words. */
const REASONS: Readonly<Record<Trouble["kind"] | "check_failed", string>> = {
  database: "журнал не записывается, новые лиды ждут у Telegram: проверьте место и права",
  polling: "Telegram давно не отвечает боту: проверьте сеть",
  undelivered: "есть лиды, которых не взяли ни CRM, ни чат: откройте «Лиды» на странице",
  admin_chat_unusable: "бот не может писать в чат менеджеров: см. строку о нём",
  admin_chat: "чат менеджеров не принимает сообщений: см. строку о нём",
  profile_chat_unusable: "бот не может писать в свой чат профиля: см. строку о нём",
  profile_chat: "свой чат профиля не принимает сообщений: см. строку о нём",
  answers: "ответы менеджеров не доходят до посетителей: посмотрите чат менеджеров",
  webhook: "Telegram не может передать обновления на WEBHOOK_URL: см. строку об обновлениях",
  check_failed: "бот не может узнать своё состояние: посмотрите его лог",
};

/** Where this machine reaches what listens on an address. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

/** Why the page could not listen; undefined if it could. */
function tryListening(hostname: string, port: number): string | undefined {
  try {
    Deno.listen({ hostname, port }).close();
    return undefined;
  } catch (error) {
    return listenFault(error);
  }
}
