// A file in the data folder that says where its journal was moved: on the old one a bot would send leads that the new one has sent.

const NAME = "triborg-moved.txt";

/** @param where The database and its schema, without a password. */
export async function tellMovedAway(folder: string, where: string, nowMs: number): Promise<void> {
  const text = `${where}
Журнал перенесён туда ${
    new Date(nowMs).toISOString()
  }. Файл triborg.db остался, каким был, но бот на нём не запустится:
лиды, которые он ещё должен CRM, отправил уже тот, кто работает с PostgreSQL. Обратно: docs/operations.md.
`;
  await Deno.writeTextFile(`${folder}/${NAME}`, text, { mode: 0o600 });
}

/** Where the journal of this folder was moved; undefined if it was not. */
export async function whereMoved(folder: string): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(`${folder}/${NAME}`)).split("\n")[0];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The folder has a journal to work with again. */
export async function forgetMovedAway(folder: string): Promise<void> {
  await Deno.remove(`${folder}/${NAME}`).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
