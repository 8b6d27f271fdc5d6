/** What denies the answer that follows it in a clause. `no doubt` denies nothing. */
const DENIAL = new RegExp(
  [
    '\\b(?:no(?! doubt| question| wait| ?,)|not(?! only)|neither|nor|never|none|cannot|without(?! (?:a )?doubt)|un(?:like|likely))\\b',
    "\\b\\p{L}+n't\\b",
    '\\b(?:absence of|free of|negative for|rul(?:e|es|ed|ing) out|exclud(?:e|es|ed|ing)|den(?:y|ies|ied)|rather than|instead of)\\b',
    '(?<!\\bno )(?<!\\bwithout )(?<!\\bwithout a )\\bdoubt\\b',
    '\\b(?:nicht|kein(?:e|en|er|es)?)\\b',
    '不|没有|無|无|未|非|排除|否',
  ].join('|'),
  'iu',
);

/** What denies the answer right before it. */
const DENIED =
  /^[\s:=)\]*_"']*(?:(?:is|are|was|were|be|seems?|appears?|has been|can be)(?: |(?=n't)))?(?:not\b|n't\b|never\b|no longer\b|absent\b|none\b|ruled out\b|excluded\b|unlikely\b|incorrect\b|wrong\b|false\b|negative\b|impossible\b|不|错)/iu;

/** Where one statement ends and the next begins. */
const CLAUSE_END = /[.;:!?\n]|\b(?:but|however|although|whereas|while|aber|sondern)\b|但|而是/giu;

/** Characters before what is named in which a denial is looked for: a text may name thousands of things. */
const REACH = 400;

/**
 * Says whether a text denies what it names at [begin, end): by a denial before it in its clause (`no
 * evidence of a cyst`), or right after it (`A is wrong`).
 */
export function isDenied(text: string, begin: number, end: number): boolean {
  const before = text.slice(Math.max(0, begin - REACH), begin);
  let clause = 0;
  for (const match of before.matchAll(CLAUSE_END)) clause = match.index + match[0].length;
  return DENIAL.test(before.slice(clause)) || DENIED.test(text.slice(end));
}
