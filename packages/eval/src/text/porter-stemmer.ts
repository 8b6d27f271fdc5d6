/**
 * @file Porter's stemmer with the extensions of NLTK's default mode: irregular forms, short words kept,
 * `y` after a consonant only, `-alli` and `-logi` as NLTK reads them. Other packages follow Porter's paper
 * or his later notes and give other stems.
 *
 * @see Porter (1980), An algorithm for suffix stripping; NLTK's `PorterStemmer.NLTK_EXTENSIONS`
 */

const IRREGULAR = new Map([
  ['sky', 'sky'],
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['news', 'news'],
  ['innings', 'inning'],
  ['inning', 'inning'],
  ['outings', 'outing'],
  ['outing', 'outing'],
  ['cannings', 'canning'],
  ['canning', 'canning'],
  ['howe', 'howe'],
  ['proceed', 'proceed'],
  ['exceed', 'exceed'],
  ['succeed', 'succeed'],
]);

type Condition = (stem: string) => boolean;
type Rule = readonly [suffix: string, replacement: string, condition?: Condition];

const STEP_1A: readonly Rule[] = [
  ['sses', 'ss'],
  ['ies', 'i'],
  ['ss', 'ss'],
  ['s', ''],
];

const STEP_2: readonly Rule[] = rules(isPositive, {
  ational: 'ate',
  tional: 'tion',
  enci: 'ence',
  anci: 'ance',
  izer: 'ize',
  bli: 'ble',
  alli: 'al',
  entli: 'ent',
  eli: 'e',
  ousli: 'ous',
  ization: 'ize',
  ation: 'ate',
  ator: 'ate',
  alism: 'al',
  iveness: 'ive',
  fulness: 'ful',
  ousness: 'ous',
  aliti: 'al',
  iviti: 'ive',
  biliti: 'ble',
  fulli: 'ful',
}).concat([
  // The l counts with the stem, so that short ones such as geo- work like long ones.
  ['logi', 'log', (stem) => measure(`${stem}l`) > 0],
]);

const STEP_3: readonly Rule[] = rules(isPositive, {
  icate: 'ic',
  ative: '',
  alize: 'al',
  iciti: 'ic',
  ical: 'ic',
  ful: '',
  ness: '',
});

const STEP_4: readonly Rule[] = [
  ...removals(['al', 'ance', 'ence', 'er', 'ic', 'able', 'ible', 'ant', 'ement', 'ment', 'ent']),
  ['ion', '', (stem) => isLong(stem) && /[st]$/.test(stem)],
  ...removals(['ou', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize']),
];

/** Stem of a word; lower-cased. */
export function porterStem(word: string): string {
  const lower = word.toLowerCase();
  const irregular = IRREGULAR.get(lower);
  if (irregular !== undefined) return irregular;
  // NLTK counts code points.
  if (lower.length <= 2 || [...word].length <= 2) return lower;
  return step5(apply(step2(step1c(step1b(step1a(lower)))), STEP_3));
}

function step1a(word: string): string {
  if (word.endsWith('ies') && word.length === 4) return `${word.slice(0, -3)}ie`;
  return apply(word, STEP_1A);
}

function step1b(word: string): string {
  if (word.endsWith('ied')) return `${word.slice(0, -3)}${word.length === 4 ? 'ie' : 'i'}`;
  if (word.endsWith('eed')) return isPositive(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find(
    (ending) => word.endsWith(ending) && hasVowel(word.slice(0, -ending.length)),
  );
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  const last = stem.at(-1) as string;
  if (endsDouble(stem)) return 'lsz'.includes(last) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function step1c(word: string): string {
  if (!word.endsWith('y')) return word;
  const stem = word.slice(0, -1);
  return stem.length > 1 && isConsonant(stem, stem.length - 1) ? `${stem}i` : word;
}

function step2(word: string): string {
  if (word.endsWith('alli') && isPositive(word.slice(0, -4))) return step2(word.slice(0, -2));
  return apply(word, STEP_2);
}

function step5(word: string): string {
  let stem = apply(word, STEP_4);
  if (stem.endsWith('e')) {
    const rest = stem.slice(0, -1);
    const size = measure(rest);
    if (size > 1 || (size === 1 && !endsShort(rest))) stem = rest;
  }
  return stem.endsWith('ll') && measure(stem.slice(0, -1)) > 1 ? stem.slice(0, -1) : stem;
}

/** The first rule whose suffix fits decides, also when its condition then fails. */
function apply(word: string, list: readonly Rule[]): string {
  for (const [suffix, replacement, condition] of list) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, word.length - suffix.length);
    return condition === undefined || condition(stem) ? stem + replacement : word;
  }
  return word;
}

function rules(condition: Condition, table: Readonly<Record<string, string>>): Rule[] {
  return Object.entries(table).map(([suffix, replacement]) => [suffix, replacement, condition]);
}

function removals(suffixes: readonly string[]): Rule[] {
  return suffixes.map((suffix) => [suffix, '', isLong]);
}

/** A y is a consonant at the start and after a vowel, so that a run of them alternates. */
function isConsonant(word: string, index: number): boolean {
  let begin = index;
  while (begin > 0 && word[begin] === 'y') begin--;
  const isFirst = word[begin] === 'y' || !isVowel(word[begin]);
  return (index - begin) % 2 === 0 ? isFirst : !isFirst;
}

function isVowel(letter: string | undefined): boolean {
  return letter === 'a' || letter === 'e' || letter === 'i' || letter === 'o' || letter === 'u';
}

/** How often a vowel is followed by a consonant: Porter's m. */
function measure(stem: string): number {
  let count = 0;
  let wasConsonant = true;
  for (let index = 0; index < stem.length; index++) {
    const letter = stem[index];
    const consonant: boolean = letter === 'y' ? index === 0 || !wasConsonant : !isVowel(letter);
    if (consonant && !wasConsonant) count++;
    wasConsonant = consonant;
  }
  return count;
}

function isPositive(stem: string): boolean {
  return measure(stem) > 0;
}

function isLong(stem: string): boolean {
  return measure(stem) > 1;
}

function hasVowel(stem: string): boolean {
  let wasConsonant = true;
  for (let index = 0; index < stem.length; index++) {
    const letter = stem[index];
    wasConsonant = letter === 'y' ? index === 0 || !wasConsonant : !isVowel(letter);
    if (!wasConsonant) return true;
  }
  return false;
}

function endsDouble(word: string): boolean {
  const last = word.length - 1;
  return last >= 1 && word[last] === word[last - 1] && isConsonant(word, last);
}

/** Consonant, vowel, consonant other than w, x, y; or two letters, vowel and consonant. */
function endsShort(word: string): boolean {
  const last = word.length - 1;
  if (last === 1) return !isConsonant(word, 0) && isConsonant(word, 1);
  return (
    last >= 2 &&
    isConsonant(word, last - 2) &&
    !isConsonant(word, last - 1) &&
    isConsonant(word, last) &&
    !'wxy'.includes(word[last] as string)
  );
}
