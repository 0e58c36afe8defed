// The pictures of the demo: one for each profile, drawn from its key, so that no network is needed.

/** Where a profile's picture is. */
export function photoPath(key: string): string {
  return `/demo/photos/${encodeURIComponent(key)}.svg`;
}

/** What stands on the shipped profiles' pictures. */
const TITLES: Readonly<Record<string, readonly [emoji: string, title: string]>> = {
  agency: ["🔥", "MONSTER AGENCY"],
  cg: ["🎬", "MONSTER CG"],
  express: ["⚡️", "MONSTER EXPRESS"],
};

const COLOURS: readonly (readonly [string, string, string])[] = [
  ["#0f4c75", "#1b7f79", "#d9a441"],
  ["#3a1c71", "#a3386c", "#ffaf7b"],
  ["#14213d", "#0a6a90", "#f25f4c"],
];

/** A picture as SVG; undefined for a name that no profile has. */
export function drawPhoto(file: string): string | undefined {
  const key = file.endsWith(".svg") ? file.slice(0, -".svg".length) : "";
  const [emoji, title] = TITLES[key] ?? [];
  if (emoji === undefined) return undefined;
  const place = Object.keys(TITLES).indexOf(key);
  const [from, middle, to] = COLOURS[place % COLOURS.length] ?? [];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 400" width="800" height="400">
<defs><linearGradient id="sky" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${from}"/>
<stop offset="0.6" stop-color="${middle}"/><stop offset="1" stop-color="${to}"/></linearGradient></defs>
<rect width="800" height="400" fill="url(#sky)"/>
<g fill="#fff" fill-opacity="0.08"><circle cx="700" cy="60" r="180"/><circle cx="90" cy="380" r="220"/>
<circle cx="520" cy="420" r="120"/></g>
<text x="400" y="190" font-size="110" text-anchor="middle"
 font-family="Noto Color Emoji, Apple Color Emoji, Segoe UI Emoji, sans-serif">${emoji}</text>
<text x="400" y="300" font-size="64" font-weight="800" letter-spacing="4" text-anchor="middle" fill="#fff"
 font-family="system-ui, sans-serif">${title}</text>
</svg>`;
}
