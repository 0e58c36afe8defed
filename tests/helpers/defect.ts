// A defect in the running bot that waits for the test's word.

/** A script to preload, and what lets its code run. */
export interface Defect {
  readonly path: string;
  happen(): Promise<void>;
}

/** Writes a script into a folder that runs `code` once `happen` is called. */
export async function aDefect(folder: string, code: string): Promise<Defect> {
  const path = `${folder}/defect.js`;
  const order = `${folder}/defect_ordered`;
  await Deno.writeTextFile(
    path,
    `const looking = setInterval(() => {
       try {
         Deno.statSync(${JSON.stringify(order)});
       } catch {
         return;
       }
       clearInterval(looking);
       ${code};
     }, 20);
     Deno.unrefTimer(looking);`,
  );
  return { path, happen: () => Deno.writeTextFile(order, "") };
}
