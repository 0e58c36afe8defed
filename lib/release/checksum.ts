// Last step of `deno task release`: the bundle's checksum beside it, as `sha256sum --check` reads it.

const BUNDLE = "dist/triborg.js";

async function main(): Promise<void> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(BUNDLE));
  const sum = new Uint8Array(digest).toHex();
  await Deno.writeTextFile(`${BUNDLE}.sha256`, `${sum}  triborg.js\n`);
  console.log(`✓ ${BUNDLE} and ${BUNDLE}.sha256: ${sum}`);
}

if (import.meta.main) await main();
