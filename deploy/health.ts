// Asks the bot on this machine whether it is well: exit code 0 for a 200 of /health. For a container, which has no curl.

const host = Deno.env.get("HOST")?.trim() || "127.0.0.1";
const port = Deno.env.get("PORT")?.trim() || "8000";
const everywhere = host === "0.0.0.0" || host === "::";

if (import.meta.main) Deno.exit(await isWell() ? 0 : 1);

async function isWell(): Promise<boolean> {
  const name = everywhere ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  try {
    const response = await fetch(`http://${name}:${port}/health`, {
      signal: AbortSignal.timeout(4_000),
    });
    const { reasons } = await response.json();
    if (!response.ok) console.log(`${response.status}: ${reasons}`);
    return response.ok;
  } catch (error) {
    console.log(`No answer: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}
