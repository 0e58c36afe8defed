// The English texts of the shipped profiles, as the demo puts them under `translations`.

interface EnglishProfile {
  readonly caption: string;
  /** By callback data. */
  readonly buttons: Readonly<Record<string, string>>;
  readonly confirmation: string;
}

const THANKS = "🙏 Thank you, received! We have passed it on.";

const PROFILES: Readonly<Record<string, EnglishProfile>> = {
  agency: {
    caption: "🔥 MONSTER AGENCY: marketing that brings clients.\n\n" +
      "Strategy, advertising and turnkey websites. We look into your business first and suggest " +
      "a solution then.\n\n👇 What matters most to you now?",
    buttons: {
      agency_clients: "Attract clients",
      agency_website: "Build a website",
      agency_brand: "Brand and packaging",
      agency_other: "Discuss another task",
    },
    confirmation: "✅ Got it: {choice}.\n\n" +
      "👤 Our strategist will write to you on Telegram shortly.\n\n" +
      "💡 To speed things up, send a link to your website or social page.",
  },
  cg: {
    caption: "🎬 MONSTER CG: graphics and video that people remember.\n\n" +
      "Commercials, 3D and motion: from a sketch to the final frame.\n\n👇 What shall we create?",
    buttons: {
      cg_video: "A commercial",
      cg_3d: "3D graphics",
      cg_motion: "Animation and motion",
      cg_other: "Another idea",
    },
    confirmation: "✅ Got it: {choice}.\n\n" +
      "👤 Our producer will write to you on Telegram shortly.\n\n" +
      "💡 To speed things up, send references or a short description of the idea.",
  },
  express: {
    caption: "⚡ MONSTER EXPRESS: when it was due yesterday.\n\n" +
      "We take small tasks and do them fast, without long briefs and approvals.\n\n" +
      "👇 What is on fire?",
    buttons: {
      express_landing: "A landing page in 3 days",
      express_design: "Urgent design",
      express_ads: "Set up advertising",
      express_advice: "I need advice",
    },
    confirmation: "✅ Got it: {choice}.\n\n" +
      "👤 Our manager will write to you on Telegram shortly.\n\n" +
      "💡 To speed things up, send the task and the deadline in one message.",
  },
};

const MENU = {
  welcome_text: "👋 Hello! This is MONSTER.\n\n" +
    "Choose what we can help with. The rest is simple: one button, and we are in touch.",
  away_text: "👋 We are back. If you pressed a button and got no answer, press it again:",
  buttons: buttonsOf({
    select_agency: "🚀 Marketing and clients",
    select_cg: "🎬 Graphics and video",
    select_express: "⚡ An urgent task",
  }),
};

const PHONE = {
  ask: "📱 May we call you? Share your number, or skip this.",
  share_button: "Share my number",
  skip_button: "Skip",
  thanks_text: "🙏 Thank you! We have passed it on.",
};

/** What stands under `translations.en` of the menu (`fallback`) or of a shipped profile; undefined for any other key. */
export function englishOf(key: string): Readonly<Record<string, unknown>> | undefined {
  if (key === "fallback") return MENU;
  const profile = PROFILES[key];
  if (profile === undefined) return undefined;
  const { caption, buttons, confirmation } = profile;
  return {
    step1: { caption, buttons: buttonsOf(buttons) },
    step2: { success_caption_template: confirmation, choices: buttons },
    followup: { thanks_text: THANKS },
    phone: PHONE,
  };
}

function buttonsOf(texts: Readonly<Record<string, string>>) {
  return Object.entries(texts).map(([callback_data, text]) => ({ text, callback_data }));
}
