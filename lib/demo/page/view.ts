// What the parts of the demo's page draw.

import type { Language } from "../../page/language.ts";
import type { ProfileLink } from "../profiles.ts";
import type { Stage } from "../stage/stage.ts";
import type { DemoWords } from "./words.ts";

/** The stage, and in which words. */
export interface View {
  readonly stage: Stage;
  readonly links: readonly ProfileLink[];
  readonly language: Language;
  readonly words: DemoWords;
}
