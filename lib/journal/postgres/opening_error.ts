// Why PostgreSQL cannot be worked with at start: one sentence each. Opens nothing.

/** What is wrong, in one word. Only "unreachable" and "standby" may be over by themselves. */
export type OpeningFault =
  | "address"
  | "unreachable"
  | "standby"
  | "tls"
  | "password"
  | "database"
  | "rights"
  | "version"
  | "encoding"
  | "newer schema";

/** Nobody but a person can help. Its message is a sentence without a password, to be logged as it is. */
export class OpeningError extends Error {
  constructor(readonly fault: OpeningFault, sentence: string, cause?: unknown) {
    super(sentence, { cause });
    this.name = "OpeningError";
  }
}
