// Tokens for tests: shaped as amoCRM's, signed by nobody.

/** A JWT with this end; by default it ends in 2030. */
export function aToken(claims: unknown = { exp: Date.UTC(2030, 0, 1) / 1000 }): string {
  return [{ typ: "JWT", alg: "RS256" }, claims].map((each) => base64url(JSON.stringify(each)))
    .concat("c2lnbmF0dXJl").join(".");
}

function base64url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
