// The version of this program, as deno.json and CHANGELOG.md have it; tests and `deno task release` compare them.

/** Semantic version (https://semver.org). A constant: a bundle has no deno.json beside it. */
export const VERSION = "1.0.0";

/** How the bot names itself to CRMs (RFC 9110, 10.1.5). */
export const USER_AGENT = `triborg/${VERSION}`;
