// The demo's scenarios: what is wrong in each, and in which order things are seen.

import type { LogLine } from "./expected.ts";
import { openScene, type Scene, type Stage } from "./scene.ts";
import type { TranscriptWords } from "./words.ts";

/** A scenario that can be played. */
export interface Scenario {
  readonly title: keyof TranscriptWords["titles"];
  /** Resolves with the scene when it is over: what was seen, and which promises held. */
  play(stage: Stage): Promise<Pick<Scene, "told" | "checked">>;
}

/** All scenarios, in the transcript's order. */
export const SCENARIOS: readonly Scenario[] = [
  {
    title: "fine",
    async play(stage) {
      const scene = openScene(stage);
      stage.crm.behave({ kind: "answer" });
      await scene.visitorChooses();
      await scene.crmReceives();
      await scene.logSays("accepted");
      scene.adminChatIsSilent();
      await scene.visitorFollowsUp("https://example.com");
      return scene;
    },
  },
  {
    title: "down",
    async play(stage) {
      const scene = openScene(stage);
      await stage.crm.down();
      await scene.visitorChooses();
      await scene.adminChatShowsCard();
      await logFallback(scene, "unreachable");
      await stage.crm.up();
      return scene;
    },
  },
  {
    title: "error",
    async play(stage) {
      const scene = openScene(stage);
      stage.crm.behave({ kind: "answer", status: 500, body: "Internal Server Error" });
      await scene.visitorChooses();
      await scene.crmReceives();
      await scene.adminChatShowsCard();
      await logFallback(scene, "refused");
      return scene;
    },
  },
  {
    title: "silent",
    async play(stage) {
      const scene = openScene(stage);
      stage.crm.behave({ kind: "silent" });
      await scene.visitorChooses();
      await scene.crmReceives();
      await scene.adminChatShowsCard();
      await logFallback(scene, "timeout");
      return scene;
    },
  },
  {
    title: "critical",
    async play(stage) {
      const scene = openScene(stage);
      stage.crm.behave({ kind: "answer", status: 503, body: "Service Unavailable" });
      stage.admin.kickBot();
      scene.tell("managers", scene.words.kicked);
      await scene.visitorChooses();
      await scene.logSays("critical");
      stage.admin.addBot();
      scene.tell("managers", scene.words.returned);
      await scene.adminChatShowsCard();
      await scene.logSays("fallback");
      return scene;
    },
  },
  {
    title: "answered",
    async play(stage) {
      const scene = openScene(stage);
      stage.crm.behave({ kind: "answer", status: 500, body: "Internal Server Error" });
      await scene.visitorChooses();
      const card = await scene.adminChatShowsCard();
      if (card !== undefined) await scene.managerAnswers(card, scene.words.answerText);
      await scene.logSays("answered");
      stage.crm.behave({ kind: "answer" });
      return scene;
    },
  },
  {
    title: "amocrm",
    async play(stage) {
      const scene = openScene(stage);
      await stage.connect("amocrm");
      await scene.visitorChooses();
      await scene.amoCrmHasDeal();
      await scene.logSays("accepted");
      scene.adminChatIsSilent();
      await stage.connect("webhook");
      return scene;
    },
  },
];

async function logFallback(scene: Scene, cause: LogLine): Promise<void> {
  await scene.logSays(cause);
  await scene.logSays("fallback");
}
