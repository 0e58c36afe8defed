// Limits of what a profile may say, with their sources. Checks nothing.

/** Range of a CRM deadline in seconds, here and in `locales.json` (user requirement). */
export const CRM_TIMEOUT_SECONDS = { least: 1, most: 120 } as const;
