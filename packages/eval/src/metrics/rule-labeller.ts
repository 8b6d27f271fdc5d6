import { CT_RATE_LABELS, type CtRateLabel } from '@omnict/core';
import { splitSentences } from '../text/split-sentences';
import type { ReportLabeller } from './abnormality-labels';

/** Words that name each abnormality in CT reports; our choice, from common radiological usage. */
const PATTERNS: Readonly<Record<CtRateLabel, RegExp>> = {
  'Medical material':
    /\b(?:catheters?|stents?|pacemakers?|port|prosthe(?:sis|tic|ses)|sternotomy|surgical (?:clips?|sutures?|material)|drains?|cannulas?|tubes?|electrodes?|medical (?:material|device)s?|implants?)\b/,
  'Arterial wall calcification':
    /\b(?:calcifi\w*|calcific|atheroscler\w*|atheroma\w*)\b(?=.*\b(?:aort\w*|(?<!coronary )arter(?:y|ies|ial)|vascular|supra-?aortic)\b)|\b(?:aort\w*|(?<!coronary )arter(?:y|ies|ial)|vascular)\b(?=.*\b(?:calcifi\w*|calcific|atheroscler\w*|atheroma\w*)\b)/,
  Cardiomegaly:
    /\bcardiomegaly\b|\b(?:heart|cardiac)\b[^.]*\b(?:enlarge\w*|increased|dilat\w*)\b|\benlarged heart\b/,
  'Pericardial effusion':
    /\bpericardial (?:effusion|fluid|collection)s?\b|\beffusions?\b[^.]*\bpericard\w*/,
  'Coronary artery wall calcification':
    /\bcoronary\b[^.]*\b(?:calcifi\w*|calcific|atheroscler\w*|atheroma\w*|plaques?)\b|\b(?:calcifi\w*|calcific|atheroscler\w*|atheroma\w*|plaques?)\b[^.]*\bcoronary\b/,
  'Hiatal hernia': /\bhiatal hernias?\b|\bhiatus hernias?\b|\bhernias?\b[^.]*\bhiat\w*/,
  Lymphadenopathy:
    /\blymphadenopath\w*\b|\badenopath\w*\b|\b(?:enlarged|pathological\w*) lymph nodes?\b|\blymph nodes?\b[^.]*\b(?:enlarge\w*|pathological\w*)\b/,
  Emphysema: /\bemphysem\w*\b|\bbullae?\b|\bbullous\b/,
  Atelectasis: /\batelecta\w*\b|\bcollapsed? (?:lung|lobe|segment)s?\b/,
  'Lung nodule': /\b(?:micro)?nodul(?:e|es|ar)\b/,
  'Lung opacity':
    /\b(?:opacit(?:y|ies)|opacifications?|ground[- ]glass|infiltrat\w*|densit(?:y|ies) increases?)\b/,
  'Pulmonary fibrotic sequela':
    /\bfibro(?:sis|tic)\b|\bsequela[e]?\b|\bsequel\b|\bscar(?:s|ring)?\b|\bpleuroparenchymal band\w*/,
  'Pleural effusion':
    /\bpleural (?:effusion|fluid|collection)s?\b|\beffusions?\b[^.]*\bpleura\w*|\bhydrothora\w*/,
  'Mosaic attenuation pattern': /\bmosaic\b/,
  'Peribronchial thickening':
    /\bperibronchial\b[^.]*\bthicken\w*|\bbronchial wall\w*\b[^.]*\bthicken\w*|\bthicken\w*\b[^.]*\b(?:peri)?bronchial\b/,
  Consolidation: /\bconsolidat\w*\b/,
  Bronchiectasis: /\bbronchiecta\w*\b/,
  'Interlobular septal thickening':
    /\b(?:inter|intra)?lobular sept\w*\b[^.]*\bthicken\w*|\bsept(?:al|um|a)\b[^.]*\bthicken\w*|\bthicken\w*\b[^.]*\bsept(?:al|um|a)\b/,
};

/** What denies all that follows in a clause. */
const DENIAL =
  /\b(?:no|not|without|none|neither|nor|never|absence of|absent|free of|negative(?: findings?)?(?: for)?|denied|excluded|ruled out|rather than|resolved)\b/;

/** What denies all that stands before it in a clause. */
const DENIED =
  /\b(?:(?:is|are|was|were) not|not (?:seen|observed|detected|present|identified)|absent|ruled out|excluded|resolved)\b/;

/** Words of a verdict; `no change` and `not enlarged` deny no finding. */
const DENYING = String.raw`(?:no(?! (?:\w+ ){0,2}(?:change|growth|progression|increase))|none|nil|not(?! (?:\w+ )?(?:changed|grown|increased|enlarged|decreased))|negative|absent|false|normal|unremarkable|0(?!\.\d))(?![\p{L}\p{N}])`;

/** Sign between a finding and its verdict: `Pleural effusion: none.`, `Emphysema = 0`, `Nodule - not seen`. */
const VERDICT = new RegExp(String.raw`\s*(?:[:=|]|\s[-\u2013\u2014]|\()\s*(?=${DENYING})`, 'gu');

/** Verdict right after a finding, its sign taken away. */
const STRUCTURED_DENIAL = new RegExp(String.raw`^\s*${DENYING}`, 'u');

/** A verdict with its findings: `Absent: pleural effusion, nodule`. */
const VERDICT_BEFORE =
  /\b(?:no|none|absent|negative(?: findings?| for)?|denied|excluded|not (?:seen|present|observed))\s*:\s*(?=\p{L})/gu;

/** Where one statement ends and the next begins. */
const CLAUSE = /[;:\n]|,?\s+\b(?:but|however|although|whereas|except)\b/;

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
    sentence
      .replace(VERDICT, ' ')
      .replace(VERDICT_BEFORE, (verdict) => verdict.replace(/\s*:\s*$/, ' '))
      .split(CLAUSE),
  );
  return CT_RATE_LABELS.map((label) =>
    clauses.some((clause) => {
      const match = PATTERNS[label].exec(clause);
      if (match === null) return false;
      const end = match.index + match[0].length;
      const after = clause.slice(end);
      return (
        !DENIAL.test(clause.slice(0, end)) && !DENIED.test(after) && !STRUCTURED_DENIAL.test(after)
      );
    }),
  );
}
