/** Whether a stream shows colour, as https://no-color.org and Node.js itself say. */
export function hasColour(
  stream: { isTTY?: boolean },
  { NO_COLOR = '', FORCE_COLOR, TERM }: NodeJS.ProcessEnv,
): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return NO_COLOR === '' && stream.isTTY === true && TERM !== 'dumb';
}

/** The page's blue and orange, legible on black and on white; colour-blind readers tell them apart too. */
const CODES = { accent: '38;5;33', warm: '38;5;166', bold: '1', soft: '2' } as const;

type Tint = keyof typeof CODES;

/** What is marked in a text, each by a pattern of one line and the tints of its groups. */
const RULES: readonly { pattern: RegExp; tints: readonly Tint[] }[] = [
  { pattern: /^(error:|warning:|FAILED|Stopped:|Not complete:)/gm, tints: ['warm'] },
  { pattern: /^(Report:|Run:|Go on:|Ask the best of them:)/gm, tints: ['bold'] },
  {
    pattern: /^(\[\d+\/\d+\])( \S+(?: \d+\/\d+)?)( (?:done|cached))/gm,
    tints: ['soft', 'bold', 'accent'],
  },
  {
    pattern: /^(\[\d+\/\d+\])( \S+(?: \d+\/\d+)?)( (?:failed|stopped|pruned))/gm,
    tints: ['soft', 'bold', 'warm'],
  },
  // Differences that are left after the correction.
  { pattern: /(?<=\s)([+-]\d+\.\d+(?: \[[^\]\n]*\])?\*)/g, tints: ['accent'] },
];

/**
 * Marks what matters in a text for the terminal. Texts are written without colour, so that their widths are
 * what is seen, and a name from elsewhere can bring no codes of its own.
 */
export function coloured(text: string): string {
  return RULES.reduce(
    (marked, { pattern, tints }) =>
      marked.replaceAll(pattern, (...match: unknown[]) =>
        tints.map((name, index) => tint(name, String(match[index + 1]))).join(''),
      ),
    text,
  );
}

function tint(name: Tint, text: string): string {
  return `\u001b[${CODES[name]}m${text}\u001b[0m`;
}
