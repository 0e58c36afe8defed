// A real PostgreSQL on a free port: started, stopped, restarted and killed by a test. Without one installed its tests are skipped.

import { freePort } from "./free_port.ts";

/** How a server is to be started; what is left out is as a fresh installation has it. */
export interface ServerOptions {
  /** Settings of postgresql.conf; `fsync` is on unless it says otherwise. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines for the beginning of pg_hba.conf. */
  readonly access?: readonly string[];
  /** Files for the data folder, such as a certificate and its key. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface PostgresServer {
  readonly port: number;
  /** Its DATABASE_URL, as a superuser with a password. */
  readonly url: string;
  /** The folder of its Unix socket. */
  readonly folder: string;
  /** A schema that no other test uses; it does not exist yet. */
  freshSchema(): string;
  /** Its DATABASE_URL for another database than `postgres`. */
  urlOf(database: string): string;
  /** Runs SQL as psql does and returns what it prints: columns by `|`, a row a line. */
  sql(sql: string, database?: string): Promise<string>;
  start(): Promise<void>;
  stop(mode?: "fast" | "immediate"): Promise<void>;
  restart(mode?: "fast" | "immediate"): Promise<void>;
  /** Makes a standby the server that is written to. */
  promote(): Promise<void>;
  /** SIGKILL to the server and its backends, as when its machine dies. */
  kill(): Promise<void>;
  /** Stops it and removes its folder. */
  close(): Promise<void>;
}

export const PASSWORD = "sesame open";

/** Where Debian, and others, put what a server needs: `initdb`, `pg_ctl`, `postgres` and `psql`. */
function findPrograms(): string | undefined {
  const folders: string[] = [];
  try {
    const versions = [...Deno.readDirSync("/usr/lib/postgresql")].map(({ name }) => name);
    versions.sort((a, b) => Number(b) - Number(a));
    folders.push(...versions.map((version) => `/usr/lib/postgresql/${version}/bin`));
  } catch {
    // Not Debian's, or none.
  }
  folders.push("/usr/local/bin", "/usr/bin");
  return folders.find((folder) => exists(`${folder}/initdb`) && exists(`${folder}/psql`));
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

export const PROGRAMS = findPrograms();

/** Whether a test with a PostgreSQL can run here. */
export const HAS_POSTGRES = PROGRAMS !== undefined;

/** A test that needs a server of its own; skipped where none is installed. */
export function postgresTest(
  name: string,
  test: (server: PostgresServer) => Promise<void>,
  options: ServerOptions = {},
): void {
  if (!HAS_POSTGRES) {
    Deno.test({ name: `${name} (skipped: no PostgreSQL)`, ignore: true, fn() {} });
    return;
  }
  Deno.test(name, async () => {
    const server = await startPostgres(options);
    try {
      await test(server);
    } finally {
      await server.close();
    }
  });
}

/** As this test file knows it. */
let shared: Promise<PostgresServer> | undefined;

/** A test that needs a schema alone, on the server that all tests share. */
export function schemaTest(
  name: string,
  test: (schema: string, server: PostgresServer) => Promise<void>,
): void {
  if (!HAS_POSTGRES) {
    Deno.test({ name: `${name} (skipped: no PostgreSQL)`, ignore: true, fn() {} });
    return;
  }
  Deno.test(name, async () => {
    const server = await sharedPostgres();
    await test(server.freshSchema(), server);
  });
}

/** The server that the tests of this process share: started by the first test that asks, and ended with the process. */
export function sharedPostgres(): Promise<PostgresServer> {
  return shared ??= findShared();
}

/** Nothing has to outlast a crash of it, and commits cost less without. */
const SHARED: ServerOptions = {
  settings: { fsync: "off", full_page_writes: "off", max_connections: "100" },
};

/** Files of tests share no memory, so its address is in a file that names the process. */
async function findShared(): Promise<PostgresServer> {
  const place = `/tmp/postgres_of_${Deno.pid}`;
  try {
    await Deno.mkdir(place);
  } catch {
    for (let looks = 0; looks < 600; looks++) {
      if (exists(`${place}/server`)) {
        const { folder, port } = JSON.parse(await Deno.readTextFile(`${place}/server`));
        // One of a process that had this number before is gone.
        if (exists(`${folder}/postmaster.pid`)) {
          return serverIn(folder, port, await userOfServers());
        }
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const server = await startPostgres(SHARED);
  const { folder, port } = server;
  await Deno.writeTextFile(`${place}/new`, JSON.stringify({ folder, port }));
  await Deno.rename(`${place}/new`, `${place}/server`);
  return server;
}

/** Starts a server, in about a second; its process ends with that of the tests. */
export async function startPostgres(options: ServerOptions = {}): Promise<PostgresServer> {
  const user = await userOfServers();
  const folder = await Deno.makeTempDir({ prefix: "postgres_" });
  await Deno.remove(folder);
  await run("cp", ["-a", "--reflink=auto", await template(user), folder]);
  for (const [name, text] of Object.entries(options.files ?? {})) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    if (user !== undefined) await run("chown", [user, `${folder}/${name}`]);
    await Deno.chmod(`${folder}/${name}`, 0o600);
  }
  const access = await Deno.readTextFile(`${folder}/pg_hba.conf`);
  await Deno.writeTextFile(
    `${folder}/pg_hba.conf`,
    [...options.access ?? [], access].join("\n"),
  );
  return await startIn(folder, { settings: options.settings ?? {}, user });
}

/** Starts a server in a data folder that is there. */
export async function startIn(
  folder: string,
  { settings, user }: {
    readonly settings: Readonly<Record<string, string>>;
    readonly user: string | undefined;
  },
): Promise<PostgresServer> {
  const port = freePort();
  const all = {
    port: `${port}`,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    max_connections: "60",
    shared_buffers: "32MB",
    ...settings,
  };
  await Deno.writeTextFile(
    `${folder}/postgresql.auto.conf`,
    Object.entries(all).map(([name, value]) => `${name} = '${value}'\n`).join(""),
  );
  await endWithTests(user, folder);
  const server = serverIn(folder, port, user);
  await server.start();
  return server;
}

function serverIn(folder: string, port: number, user: string | undefined): PostgresServer {
  const control = (...args: string[]) =>
    runAs(user, `${PROGRAMS}/pg_ctl`, ["-s", "-w", "-D", folder, ...args]);

  const urlOf = (database: string) =>
    `postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`;
  const server: PostgresServer = {
    port,
    url: urlOf("postgres"),
    urlOf,
    folder,
    freshSchema: () => `test_${crypto.randomUUID().replaceAll("-", "")}`,
    sql: (sql, database = "postgres") =>
      run(`${PROGRAMS}/psql`, ["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, urlOf(database)]),
    async start() {
      await control("-l", `${folder}/log`, "start");
    },
    async stop(mode = "fast") {
      await control("-m", mode, "stop");
    },
    async restart(mode = "immediate") {
      await server.stop(mode);
      await server.start();
    },
    promote: async () => void await control("promote"),
    async kill() {
      const [pid] = (await Deno.readTextFile(`${folder}/postmaster.pid`)).split("\n");
      const children = (await run("cat", [`/proc/${pid}/task/${pid}/children`])).split(" ");
      // One of them may end by itself meanwhile.
      await run("sh", ["-c", 'kill -9 "$@" 2>/dev/null || true', "kill", `${pid}`, ...children]);
      // A zombie that waits for its parent would hold these.
      await run("rm", [`${folder}/postmaster.pid`, `${folder}/.s.PGSQL.${port}.lock`]);
    },
    async close() {
      if (exists(`${folder}/postmaster.pid`)) await server.stop("immediate").catch(() => {});
      await Deno.remove(folder, { recursive: true });
    },
  };
  return server;
}

/** Without it a server would outlive tests that are killed, and the one that all tests share. */
async function endWithTests(user: string | undefined, folder: string): Promise<void> {
  const watch = `while [ -d /proc/${Deno.pid} ] && [ -d '${folder}' ]; do sleep 0.5; done
    '${PROGRAMS}/pg_ctl' -s -D '${folder}' -m immediate stop; rm -rf '${folder}'
    [ -d /proc/${Deno.pid} ] || rm -rf /tmp/postgres_of_${Deno.pid}`;
  await runAs(user, "sh", ["-c", `setsid -f sh -c "$0" >/dev/null 2>&1 </dev/null`, watch]);
}

/** A data folder as `initdb` makes it, once per machine and version: that takes longer than all else. */
async function template(user: string | undefined): Promise<string> {
  const version = (await run(`${PROGRAMS}/postgres`, ["--version"])).split(" ")[2];
  const folder = `/tmp/postgres_template_${version}_${user ?? "own"}`;
  if (exists(`${folder}/PG_VERSION`)) return folder;
  const fresh = await Deno.makeTempDir({ dir: "/tmp", prefix: "postgres_template_" });
  await Deno.writeTextFile(`${fresh}/password`, PASSWORD);
  if (user !== undefined) await run("chown", ["-R", user, fresh]);
  const access = ["-U", "postgres", "-A", "scram-sha-256", "--pwfile", `${fresh}/password`];
  const kind = ["-E", "UTF8", "--locale=C", "--no-sync"];
  await runAs(user, `${PROGRAMS}/initdb`, ["-D", `${fresh}/data`, ...access, ...kind]);
  try {
    await Deno.rename(`${fresh}/data`, folder);
  } catch (error) {
    if (!exists(`${folder}/PG_VERSION`)) throw error; // Else another process was faster.
  }
  await Deno.remove(fresh, { recursive: true });
  return folder;
}

/** PostgreSQL refuses to run as root: undefined is whoever runs the tests. */
export async function userOfServers(): Promise<string | undefined> {
  if ((await run("id", ["-u"])).trim() !== "0") return undefined;
  return await run("id", ["-u", "postgres"]).then(() => "postgres", () => "nobody");
}

export function runAs(user: string | undefined, program: string, args: readonly string[]) {
  if (user === undefined) return run(program, args);
  return run("setpriv", [`--reuid=${user}`, `--regid=${user}`, "--clear-groups", program, ...args]);
}

/** Runs a program to its end and returns what it printed. @throws {Error} With its words, if it failed. */
async function run(program: string, args: readonly string[]): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], cwd: "/tmp", stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${text(stderr)}${text(stdout)}`);
  return text(stdout).trimEnd();
}
