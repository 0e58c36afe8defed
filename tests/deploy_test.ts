// The files of deploy/ and docs/operations.md say what the code says: variables, permissions, exit codes, bounds, ports, names.

import assert from "node:assert/strict";
import { SECRET_PREFIX, VARIABLES } from "../lib/app/config.ts";
import { EXIT } from "../lib/app/exit.ts";
import { taskArguments } from "./helpers/deno.ts";

const read = (path: string) => Deno.readTextFile(path);

const [DOCKERFILE, COMPOSE, SERVICE, BACKUP, CADDYFILE, LITESTREAM, OPERATIONS] = await Promise.all(
  [
    "deploy/Dockerfile",
    "deploy/compose.yaml",
    "deploy/triborg.service",
    "deploy/triborg-backup.service",
    "deploy/Caddyfile",
    "deploy/litestream.yml",
    "docs/operations.md",
  ].map(read),
) as [string, string, string, string, string, string, string];

/** The values of a unit's setting, in order. */
function settings(unit: string, name: string): string[] {
  return [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => value);
}

/** The words of a Dockerfile's instruction in exec form. */
function execForm(instruction: string): string[] {
  const joined = DOCKERFILE.replaceAll("\\\n", " ");
  const [, words = "[]"] = new RegExp(`^ *${instruction}.*?(\\[.*\\])`, "m").exec(joined) ?? [];
  return JSON.parse(words);
}

/** What a process may do, and which file it runs; a start in production adds what keeps it from the network and from asking. */
function permissions(words: readonly string[]): string[] {
  const added = ["deno", "/usr/local/bin/deno", "run", "--cached-only", "--no-prompt"];
  return words.filter((word) => !added.includes(word)).toSorted();
}

Deno.test("the container and the service start the bot with the permissions of deno task start", async () => {
  const wanted = permissions(await taskArguments("start"));
  assert.ok(wanted.includes("main.ts") && wanted.length > 4);
  assert.deepEqual(permissions(execForm("CMD")), wanted);
  const [start = ""] = settings(SERVICE, "ExecStart");
  assert.deepEqual(permissions(start.split(" ")), wanted);
});

Deno.test("the backup's copy is made with the permissions of deno task backup", async () => {
  const [copy = ""] = settings(BACKUP, "ExecStart");
  const wanted = [...await taskArguments("backup"), "/var/tmp"];
  assert.deepEqual(permissions(copy.split(" ")), permissions(wanted));
});

Deno.test("a start in production downloads nothing, and what it needs is cached from the frozen lock file", () => {
  for (const words of [execForm("CMD"), settings(SERVICE, "ExecStart")[0]?.split(" ") ?? []]) {
    assert.ok(words.includes("--cached-only") && words.includes("--no-prompt"));
  }
  const cache =
    "deno cache --frozen main.ts lib/app/doctor.ts lib/app/backup.ts lib/app/restore.ts lib/app/profiles_task.ts lib/app/move.ts";
  for (const text of [DOCKERFILE, OPERATIONS]) assert.ok(text.includes(cache));
});

Deno.test("one version of Deno is named everywhere", async () => {
  const files = ["README.md", "README.ru.md", ".ci/run", ".github/workflows/ok.yml"];
  const texts = [DOCKERFILE, OPERATIONS, ...await Promise.all(files.map(read))];
  const versions = texts.flatMap((text) =>
    [...text.matchAll(/\b[Dd]eno(?:@|:|\]\([^)]*\) | )v?(\d+\.\d+\.\d+)\b/g)].map(([, each]) =>
      each
    )
  );
  assert.ok(versions.length > 5);
  assert.deepEqual([...new Set(versions)], ["2.9.6"]);
});

Deno.test("every variable that deploy/ sets is one that the bot, Deno or a tool of the backup reads", () => {
  const others = ["NO_COLOR", "DENO_DIR", "DENO_NO_UPDATE_CHECK", "RESTIC_CACHE_DIR", "UPSTREAM"];
  const known: ReadonlySet<string> = new Set([...VARIABLES, ...others]);
  const inUnits = [SERVICE, BACKUP].flatMap((unit) => settings(unit, "Environment"))
    .flatMap((line) => line.split(" ").map((each) => each.split("=")[0] ?? ""));
  const inImage = [...DOCKERFILE.matchAll(/^ENV (.*)$/gm)]
    .flatMap(([, line = ""]) => line.split(" ").map((each) => each.split("=")[0] ?? ""));
  const inCompose = [...COMPOSE.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name = ""]) => name);
  const set = [...inUnits, ...inImage, ...inCompose];
  assert.ok(set.includes("DATA_DIR") && set.includes("LOCALES_PATH") && set.length > 12);
  assert.deepEqual(set.filter((name) => !known.has(name)), []);
  for (const [, name = ""] of CADDYFILE.matchAll(/\{\$([A-Z_]+)/g)) {
    assert.ok(known.has(name), name);
  }
});

Deno.test("every variable that docs/operations.md names exists", () => {
  const named = [...OPERATIONS.matchAll(/`([A-Z][A-Z_]{3,})(?:=[^`]*)?`/g)].map(([, name]) => name);
  const ofTools = /^(RESTIC|LITESTREAM|OTEL)_|^DENO_DIR$|^SIGTERM$/;
  const known: ReadonlySet<string | undefined> = new Set(VARIABLES);
  assert.deepEqual(
    named.filter((name = "") =>
      !known.has(name) && !name.startsWith(SECRET_PREFIX) && !ofTools.test(name)
    ),
    [],
  );
});

Deno.test("the service starts again after a defect alone", () => {
  const { defect: _defect, ...final } = EXIT;
  const prevented = settings(SERVICE, "RestartPreventExitStatus")[0]?.split(" ").map(Number);
  assert.deepEqual(prevented, Object.values(final));
  assert.deepEqual(settings(SERVICE, "Restart"), ["on-failure"]);
});

Deno.test("the service and the container are given longer to stop than the bot takes", async () => {
  const main = await read("main.ts");
  const ms = (name: string) =>
    Number(new RegExp(`const ${name} = ([\\d_]+)`).exec(main)?.[1]?.replaceAll("_", ""));
  const boundS = (ms("STOP_WITHIN_MS") + ms("FLUSH_WITHIN_MS")) / 1000;
  assert.ok(boundS > 1);
  for (
    const [text, at] of [[SERVICE, /TimeoutStopSec=(\d+)s/], [
      COMPOSE,
      /grace_period: (\d+)s/,
    ]] as const
  ) {
    assert.ok(Number(at.exec(text)?.[1]) > boundS);
  }
  assert.match(OPERATIONS, new RegExp(`within ${boundS} seconds`));
});

Deno.test("the port is the same in the image, the health check and the proxy", async () => {
  const [port = ""] = /\bPORT=(\d+)/.exec(DOCKERFILE)?.slice(1) ?? [];
  assert.match(DOCKERFILE, new RegExp(`^EXPOSE ${port}$`, "m"));
  assert.match(COMPOSE, new RegExp(`PORT: "${port}"`));
  assert.match(COMPOSE, new RegExp(`UPSTREAM: bot:${port}`));
  assert.match(CADDYFILE, new RegExp(`\\{\\$UPSTREAM:127\\.0\\.0\\.1:${port}\\}`));
  assert.match(await read("deploy/health.ts"), new RegExp(`"${port}"`));
  assert.deepEqual(execForm("HEALTHCHECK[^\\[]*CMD").at(-1), "deploy/health.ts");
});

Deno.test("the journal that Litestream reads is the service's", () => {
  const dataDir = /DATA_DIR=(\S+)/.exec(SERVICE)?.[1];
  assert.equal(settings(SERVICE, "StateDirectory")[0], dataDir?.replace("/var/lib/", ""));
  assert.match(LITESTREAM, new RegExp(`path: ${dataDir}/triborg\\.db\n`));
});

Deno.test("the image holds what the bot imports, and neither .env nor data", async () => {
  const ignored = (await read("deploy/Dockerfile.dockerignore")).split("\n");
  const allowed = ignored.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  const copied = [...DOCKERFILE.matchAll(/^COPY (.*) \S+$/gm)]
    .flatMap(([, paths = ""]) => paths.split(" "));
  assert.deepEqual(copied.toSorted(), allowed.toSorted());
  for (const path of copied) assert.ok(await Deno.stat(path));
  assert.ok(ignored.includes("*"));
});

Deno.test("neither the image nor the service runs as root, and each may write its own folder alone", () => {
  assert.match(DOCKERFILE, /^USER deno$/m);
  assert.match(COMPOSE, /read_only: true[^]*cap_drop: \[ALL\]/);
  assert.deepEqual(settings(SERVICE, "DynamicUser"), ["yes"]);
  assert.deepEqual(settings(SERVICE, "ProtectSystem"), ["strict"]);
  assert.deepEqual(settings(SERVICE, "ReadWritePaths"), []);
});

Deno.test("every metric and every reason of /health that docs/operations.md names exists", async () => {
  const metrics = await read("routes/metrics.ts") + await read("lib/page/measured_metrics.ts");
  const own = await read("lib/app/telemetry.ts");
  const volume = "triborg_data";
  for (const [, name = ""] of OPERATIONS.matchAll(/`(triborg_[a-z_]+)`/g)) {
    assert.ok(name === volume || metrics.includes(`"${name}"`), name);
  }
  for (const [, name = ""] of OPERATIONS.matchAll(/`triborg\.((?!db\b)\w+)/g)) {
    assert.ok(
      own.includes(`"triborg.${name}"`) || own.includes(`durationsOf(meter, "${name}")`),
      name,
    );
  }
  const kinds = [...(await read("lib/page/health_report.ts")).matchAll(/readonly kind: "(\w+)"/g)];
  assert.ok(kinds.length > 3);
  for (const [, kind = ""] of kinds) assert.ok(OPERATIONS.includes(`\`${kind}\``), kind);
});

for (const [status, code] of [[200, 0], [503, 1]] as const) {
  Deno.test(`the health check ends with ${code} when /health answers ${status}`, async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => Response.json({ reasons: status === 200 ? [] : ["polling"] }, { status }),
    );
    const words = execForm("HEALTHCHECK[^\\[]*CMD");
    const { code: ended } = await new Deno.Command(Deno.execPath(), {
      args: words.slice(1),
      env: { HOST: "0.0.0.0", PORT: String(server.addr.port) },
      stdout: "null",
      stderr: "inherit",
    }).output();
    assert.equal(ended, code);
  });
}
