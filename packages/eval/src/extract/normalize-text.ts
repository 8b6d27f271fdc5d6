/** A text in one spelling, and where each of its characters came from. */
export interface NormalizedText {
  text: string;
  /** Position in the original where a stretch [begin, end) of the text lies. */
  spanOf: (begin: number, end: number) => readonly [begin: number, end: number];
}

/** Signs of one meaning that compatibility normalization leaves apart. */
const SIGNS: Readonly<Record<string, string>> = {
  ...spell("'", '\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4\u2039\u203a'),
  ...spell('"', '\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u300c\u300d\u300e\u300f\u300a\u300b'),
  ...spell('-', '\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe63'),
  ...spell('.', '\u3002\u0964\u06d4\u1362'),
  ...spell(',', '\u3001\u060c\u1363'),
  ...spell(';', '\u061b'),
  ...spell('?', '\u061f'),
  ...spell('[', '\u3010\u3014'),
  ...spell(']', '\u3011\u3015'),
};

/** What is drawn as nothing: zero-width signs, soft hyphens, directions of writing. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/;

/** A sign with the marks that stand on it. */
const CLUSTER = /\P{M}\p{M}*|\p{M}+/gu;

/**
 * Brings a text into one spelling: compatibility characters as plain ones (NFKC), quotation marks, dashes
 * and full stops of all scripts as ASCII ones, runs of blanks as one blank (of line ends as one line
 * end), nothing at the ends. Case stays.
 *
 * @see Unicode Standard Annex #15, NFKC
 */
export function normalizeText(original: string): NormalizedText {
  const signs: string[] = [];
  const origin: number[] = [];
  const push = (sign: string, at: number): void => {
    signs.push(sign);
    for (let unit = 0; unit < sign.length; unit++) origin.push(at);
  };
  let blank = ''; // waits for a sign to follow: none stands at the ends
  let blankAt = 0;
  for (const match of original.matchAll(CLUSTER)) {
    const [cluster] = match;
    if (INVISIBLE.test(cluster)) continue;
    if (/^\s$/.test(cluster)) {
      if (blank === '') blankAt = match.index;
      blank = blank === '\n' || /[\n\r\u2028\u2029]/.test(cluster) ? '\n' : ' ';
      continue;
    }
    if (blank !== '' && signs.length > 0) push(blank, blankAt);
    blank = '';
    const plain = SIGNS[cluster] ?? cluster.normalize('NFKC');
    for (const sign of plain) push(SIGNS[sign] ?? sign, match.index);
  }
  const text = signs.join('');
  const spanOf = (begin: number, end: number): readonly [number, number] => [
    origin[begin] ?? original.length,
    endOf(original, origin[end - 1] ?? 0),
  ];
  return { text, spanOf };
}

/** End of the cluster that begins at a position. */
function endOf(text: string, begin: number): number {
  const cluster = /^(?:\P{M}\p{M}*|\p{M}+)/u.exec(text.slice(begin));
  return begin + (cluster?.[0].length ?? 0);
}

function spell(sign: string, variants: string): Record<string, string> {
  return Object.fromEntries([...variants].map((variant) => [variant, sign]));
}
