/** Entities that texts taken from web pages keep, by name (HTML 4, 24). */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  deg: '\u00b0',
  plusmn: '\u00b1',
  micro: '\u00b5',
  times: '\u00d7',
  middot: '\u00b7',
  le: '\u2264',
  ge: '\u2265',
  ne: '\u2260',
  alpha: '\u03b1',
  beta: '\u03b2',
  gamma: '\u03b3',
  mu: '\u03bc',
  ndash: '\u2013',
  mdash: '\u2014',
  lsquo: '\u2018',
  rsquo: '\u2019',
  ldquo: '\u201c',
  rdquo: '\u201d',
  hellip: '\u2026',
};

const ENTITY = /&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});/gi;

const LAST_CODE_POINT = 0x10ffff;

/** Turns HTML entities into the characters they stand for, once; unknown ones stay as they are. */
export function decodeEntities(text: string): string {
  return text.replace(ENTITY, (entity: string, inner: string) => {
    if (!inner.startsWith('#')) return NAMED[inner] ?? NAMED[inner.toLowerCase()] ?? entity;
    const code = /^#x/i.test(inner) ? parseInt(inner.slice(2), 16) : Number(inner.slice(1));
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    return code > 0 && code <= LAST_CODE_POINT && !isSurrogate
      ? String.fromCodePoint(code)
      : entity;
  });
}
