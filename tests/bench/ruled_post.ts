// A POST by the bot's rules: by ky, once, on a connection of its own. Knows no lead.

import ky, { type KyInstance } from "ky";

export function ruledPost(client: Deno.HttpClient): KyInstance {
  return ky.create({
    method: "post",
    retry: 0,
    redirect: "manual",
    throwHttpErrors: false,
    fetch: (input, init) => fetch(input, { ...init, client }),
  });
}
