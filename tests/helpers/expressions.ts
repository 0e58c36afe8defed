// Finds every regular expression in the bot's sources.

export interface Expression {
  /** The file and the expression as written there, such as `lib/crm/post.ts /\s+/g`. */
  readonly name: string;
  /** Null where it is built at run time. */
  readonly regExp: RegExp | null;
}

/** Parts that meet no foreign text: the running bot has none of them, and the operator writes `.env`. */
const APART = /^lib\/(demo\/|simulator\/|app\/env_file|standins\/(testing_|dotenv))/;

/** Every regular expression of main.ts, lib/ and routes/, except those APART. */
export async function readExpressions(): Promise<Expression[]> {
  const paths = ["main.ts", ...await listSources("lib"), ...await listSources("routes")];
  const found = await Promise.all(
    paths.filter((path) => !APART.test(path))
      .map(async (path) => expressionsOf(path, await Deno.readTextFile(path))),
  );
  return found.flat();
}

/** The regular expressions of one file: literals, `RegExp(…)`, and patterns passed as strings. */
export function expressionsOf(path: string, source: string): Expression[] {
  const found: Expression[] = [];
  const plugin: Deno.lint.Plugin = {
    name: "expressions",
    rules: {
      all: {
        create({ sourceCode }) {
          const keep = (node: Deno.lint.Node, regExp: RegExp | null) =>
            found.push({ name: `${path} ${sourceCode.getText(node)}`, regExp });
          const built = (node: Deno.lint.NewExpression | Deno.lint.CallExpression) => {
            const { callee } = node;
            if (callee.type === "Identifier" && callee.name === "RegExp") keep(node, null);
            if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
            const [argument] = node.arguments;
            const makesOne = ["match", "matchAll", "search"].includes(callee.property.name);
            const isText = argument?.type === "TemplateLiteral" ||
              (argument?.type === "Literal" && typeof argument.value === "string");
            if (makesOne && isText) keep(node, null);
          };
          return {
            Literal(node) {
              // Undefined, against its type, for a literal of another kind.
              const regex = "regex" in node ? node.regex : undefined;
              if (regex) keep(node, new RegExp(regex.pattern, regex.flags));
            },
            NewExpression: built,
            CallExpression: built,
          };
        },
      },
    },
  };
  Deno.lint.runPlugin(plugin, path, source);
  return found;
}

async function listSources(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) paths.push(...await listSources(path));
    else if (/\.tsx?$/.test(name)) paths.push(path);
  }
  return paths.toSorted();
}
