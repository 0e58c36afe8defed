// The answers with which amoCRM refuses: problem JSON from the API, HTML pages from what stands before it.

import type { CrmAnswer } from "./orders.ts";

export type AmoAnswer = CrmAnswer;

/** A fault of one value of a body, as amoCRM words it. */
export interface BodyFault {
  readonly code:
    | "FieldMissing"
    | "FieldNotExpected"
    | "InvalidType"
    | "NotSupportedChoice"
    | "TooFew"
    | "TooHigh"
    | "TooLong"
    | "TooLow"
    | "TooMany"
    | "TooShort";
  /** Within the item, as `_embedded.metadata.form_id`. */
  readonly path: string;
  readonly detail: string;
}

/** The faults of one item of a body; without a request_id of its own an item is named by its index. */
export interface ItemFaults {
  readonly request_id: string;
  readonly errors: readonly BodyFault[];
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  404: "Not Found",
  405: "Method Not Allowed",
};

/** A refusal by the API itself (RFC 7807). */
export function problem(
  status: number,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): AmoAnswer {
  const title = TITLES[status] ?? "Error";
  return {
    kind: "answer",
    status,
    body: { ...more, title, type: `https://httpstatus.es/${status}`, status, detail },
    headers: { "content-type": "application/problem+json; charset=utf-8" },
  };
}

/** 400: values that amoCRM does not take. */
export function invalidBody(items: readonly ItemFaults[]): AmoAnswer {
  return problem(400, "Request validation failed", { "validation-errors": items });
}

/** 401: no token, a wrong one, or one that ended. */
export function unauthorized(hint = "Token has been revoked"): AmoAnswer {
  return problem(401, "Invalid token", { hint });
}

/** 402: the account is not paid. */
export function unpaid(): AmoAnswer {
  return problem(402, "Account is not paid");
}

/** 403, as a page: the address is blocked, or the integration lacks rights. */
export function forbidden(): AmoAnswer {
  return page(403, "403 Forbidden");
}

/** 429, as a page: more than seven requests within a second. */
export function tooManyRequests(retryAfterS?: number): AmoAnswer {
  return page(
    429,
    "429 Too Many Requests",
    retryAfterS === undefined ? {} : { "retry-after": `${retryAfterS}` },
  );
}

/** A gateway's page for a server that failed, was away or took too long: 500, 502, 503 or 504. */
export function gatewayPage(status = 502): AmoAnswer {
  const words: Readonly<Record<number, string>> = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
  };
  return page(status, `${status} ${words[status] ?? "Error"}`);
}

/** 200 with a body that is cut in the middle of its JSON. */
export function unreadableBody(): AmoAnswer {
  return {
    kind: "answer",
    body: '{"_total_items":1,"_embedded":{"unso',
    headers: { "content-type": "application/hal+json" },
  };
}

function page(status: number, title: string, headers: Record<string, string> = {}): AmoAnswer {
  return {
    kind: "answer",
    status,
    body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n` +
      `<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
    headers: { "content-type": "text/html", ...headers },
  };
}
