import { CT_RATE_LABELS, type CtRateLabel } from '@omnict/core';
import { splitSentences } from '../text/split-sentences';
import type { ReportLabeller } from './abnormality-labels';

/** Two words with others between them: one pattern for all would take quadratic time in long clauses. */
interface WordPair {
  first: RegExp;
  then: RegExp;
  /** What may not stand between. */
  barrier: RegExp;
  /** Whether the mention ends with the second word, or the first. */
  endsWith: 'first' | 'second';
}

/** A word, or two of them in one statement, in this order. */
type Mention = RegExp | WordPair;

const CALCIFICATION = String.raw`\b(?:calcifi\w*|calcific|atheroscler\w*|atheroma\w*)\b`;
const ARTERY = String.raw`\b(?:aort\w*|(?<!coronary )arter(?:y|ies|ial)|vascular)\b`;
const ARTERY_AFTER = String.raw`\b(?:aort\w*|(?<!coronary )arter(?:y|ies|ial)|vascular|supra-?aortic)\b`;
const PLAQUE = String.raw`\b(?:calcifi\w*|calcific|atheroscler\w*|atheroma\w*|plaques?)\b`;

/** Words that name each abnormality in CT reports; our choice, from common radiological usage. */
const MENTIONS: Readonly<Record<CtRateLabel, readonly Mention[]>> = {
  'Medical material': [
    /\b(?:catheters?|stents?|pacemakers?|port|prosthe(?:sis|tic|ses)|sternotomy|surgical (?:clips?|sutures?|material)|drains?|cannulas?|tubes?|electrodes?|medical (?:material|device)s?|implants?)\b/,
  ],
  'Arterial wall calcification': [
    inLine(CALCIFICATION, ARTERY_AFTER),
    inLine(ARTERY, CALCIFICATION),
  ],
  Cardiomegaly: [
    /\bcardiomegaly\b/,
    inSentence(
      String.raw`\b(?:heart|cardiac)\b`,
      String.raw`\b(?:enlarge\w*|increased|dilat\w*)\b`,
    ),
    /\benlarged heart\b/,
  ],
  'Pericardial effusion': [
    /\bpericardial (?:effusion|fluid|collection)s?\b/,
    inSentence(String.raw`\beffusions?\b`, String.raw`\bpericard\w*`),
  ],
  'Coronary artery wall calcification': [
    inSentence(String.raw`\bcoronary\b`, PLAQUE),
    inSentence(PLAQUE, String.raw`\bcoronary\b`),
  ],
  'Hiatal hernia': [
    /\bhiatal hernias?\b/,
    /\bhiatus hernias?\b/,
    inSentence(String.raw`\bhernias?\b`, String.raw`\bhiat\w*`),
  ],
  Lymphadenopathy: [
    /\blymphadenopath\w*\b/,
    /\badenopath\w*\b/,
    /\b(?:enlarged|pathological\w*) lymph nodes?\b/,
    inSentence(String.raw`\blymph nodes?\b`, String.raw`\b(?:enlarge\w*|pathological\w*)\b`),
  ],
  Emphysema: [/\bemphysem\w*\b|\bbullae?\b|\bbullous\b/],
  Atelectasis: [/\batelecta\w*\b|\bcollapsed? (?:lung|lobe|segment)s?\b/],
  'Lung nodule': [/\b(?:micro)?nodul(?:e|es|ar)\b/],
  'Lung opacity': [
    /\b(?:opacit(?:y|ies)|opacifications?|ground[- ]glass|infiltrat\w*|densit(?:y|ies) increases?)\b/,
  ],
  'Pulmonary fibrotic sequela': [
    /\bfibro(?:sis|tic)\b|\bsequela[e]?\b|\bsequel\b|\bscar(?:s|ring)?\b|\bpleuroparenchymal band\w*/,
  ],
  'Pleural effusion': [
    /\bpleural (?:effusion|fluid|collection)s?\b/,
    inSentence(String.raw`\beffusions?\b`, String.raw`\bpleura\w*`),
    /\bhydrothora\w*/,
  ],
  'Mosaic attenuation pattern': [/\bmosaic\b/],
  'Peribronchial thickening': [
    inSentence(String.raw`\bperibronchial\b`, String.raw`\bthicken\w*`),
    inSentence(String.raw`\bbronchial wall\w*\b`, String.raw`\bthicken\w*`),
    inSentence(String.raw`\bthicken\w*\b`, String.raw`\b(?:peri)?bronchial\b`),
  ],
  Consolidation: [/\bconsolidat\w*\b/],
  Bronchiectasis: [/\bbronchiecta\w*\b/],
  'Interlobular septal thickening': [
    inSentence(String.raw`\b(?:inter|intra)?lobular sept\w*\b`, String.raw`\bthicken\w*`),
    inSentence(String.raw`\bsept(?:al|um|a)\b`, String.raw`\bthicken\w*`),
    inSentence(String.raw`\bthicken\w*\b`, String.raw`\bsept(?:al|um|a)\b`),
  ],
};

function inSentence(first: string, then: string): WordPair {
  return {
    first: new RegExp(first, 'g'),
    then: new RegExp(then, 'g'),
    barrier: /\./g,
    endsWith: 'second',
  };
}

function inLine(first: string, then: string): WordPair {
  return {
    first: new RegExp(first, 'g'),
    then: new RegExp(then, 'g'),
    barrier: /[\n\r\u2028\u2029]/g,
    endsWith: 'first',
  };
}

/** What denies all that follows in a clause. */
const DENIAL =
  /\b(?:no|not|without|none|neither|nor|never|absence of|absent|free of|negative(?: findings?)?(?: for)?|denied|excluded|ruled out|rather than|resolved)\b/;

/** What denies all that stands before it in a clause. */
const DENIED =
  /\b(?:(?:is|are|was|were) not|not (?:seen|observed|detected|present|identified)|absent|ruled out|excluded|resolved)\b/;

/** Words of a verdict; `no change` and `not enlarged` deny no finding. */
const DENYING = String.raw`(?:no(?! (?:\w+ ){0,2}(?:change|growth|progression|increase))|none|nil|not(?! (?:\w+ )?(?:changed|grown|increased|enlarged|decreased))|negative|absent|false|normal|unremarkable|0(?!\.\d))(?![\p{L}\p{N}])`;

/** Sign between a finding and its verdict: `Pleural effusion: none.`, `Emphysema = 0`, `Nodule - not seen`. */
const VERDICT = new RegExp(
  String.raw`(?<!\s)\s*(?:[:=|]|\s[-\u2013\u2014]|\()\s*(?=${DENYING})`,
  'gu',
);

/** Verdict right after a finding, its sign taken away. */
const STRUCTURED_DENIAL = new RegExp(String.raw`^\s*${DENYING}`, 'u');

/** A verdict with its findings: `Absent: pleural effusion, nodule`. */
const VERDICT_BEFORE =
  /\b(no|none|absent|negative(?: findings?| for)?|denied|excluded|not (?:seen|present|observed))\s*:\s*(?=\p{L})/gu;

/** Where one statement ends and the next begins. */
const CLAUSE = /[;:\n]|,?(?<!\s)\s+\b(?:but|however|although|whereas|except)\b/;

/**
 * Labels reports by words: a named abnormality counts unless its clause denies it. The embedded stand-in
 * for a trained report classifier: no substitute for one, so results carry its name.
 */
export const RULE_LABELLER: ReportLabeller = {
  name: 'rules-v2',
  label: (reports) => Promise.resolve(reports.map(labelByRules)),
};

/** Which abnormalities a report says are there, in the order of `CT_RATE_LABELS`. */
export function labelByRules(report: string): boolean[] {
  const clauses = splitSentences(report.toLowerCase()).flatMap((sentence) =>
    sentence.replace(VERDICT, ' ').replace(VERDICT_BEFORE, '$1 ').split(CLAUSE),
  );
  return CT_RATE_LABELS.map((label) =>
    clauses.some((clause) => {
      const end = endOfMention(clause, MENTIONS[label]);
      if (end === undefined) return false;
      const after = clause.slice(end);
      return (
        !DENIAL.test(clause.slice(0, end)) && !DENIED.test(after) && !STRUCTURED_DENIAL.test(after)
      );
    }),
  );
}

/** Where the first mention ends; of several that begin at one place the first of the list counts. */
function endOfMention(clause: string, mentions: readonly Mention[]): number | undefined {
  let first: { begin: number; end: number } | undefined;
  for (const mention of mentions) {
    const found = mention instanceof RegExp ? findWord(clause, mention) : findPair(clause, mention);
    if (found !== undefined && (first === undefined || found.begin < first.begin)) first = found;
  }
  return first?.end;
}

function findWord(clause: string, word: RegExp): { begin: number; end: number } | undefined {
  const match = word.exec(clause);
  return match === null ? undefined : { begin: match.index, end: match.index + match[0].length };
}

/** The first word that has the second one behind it; of several of those the last counts. */
function findPair(
  clause: string,
  { first, then, barrier, endsWith }: WordPair,
): { begin: number; end: number } | undefined {
  const seconds = [...clause.matchAll(then)];
  if (seconds.length === 0) return undefined;
  const barriers = [...clause.matchAll(barrier)].map(({ index }) => index);
  let wall = 0; // of the barriers, the first behind the first word
  let next = 0; // of the second words, the first behind that barrier
  for (const match of clause.matchAll(first)) {
    const end = match.index + match[0].length;
    while (wall < barriers.length && (barriers[wall] as number) < end) wall++;
    const limit = barriers[wall] ?? clause.length;
    while (next < seconds.length && (seconds[next] as RegExpExecArray).index < limit) next++;
    const last = seconds[next - 1];
    if (last === undefined || last.index < end) continue;
    return { begin: match.index, end: endsWith === 'first' ? end : last.index + last[0].length };
  }
  return undefined;
}
