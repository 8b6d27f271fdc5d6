/** @file Ways to break each metric of @omnict/eval: one change of the source each, and the tests that must notice. */

/** @typedef {{ file: string, find: string, replace: string, tests: string }} Mutation */

const TEXT = 'test/text-parity.test.ts';
const FILES = 'test/score-file.test.ts';
const UNIT = 'src/metrics/metrics.test.ts';
const EXTRACT = 'src/extract/extract.test.ts';
const STATS = 'src/stats/closed-form.test.ts';

/** @type {readonly Mutation[]} */
export const MUTATIONS = [
  ...changes('src/metrics/bleu.ts', TEXT, [
    ['1 - referenceLength / predictionLength', '1 - predictionLength / referenceLength'],
    ['halving *= 2', 'halving *= 4'],
    ['effectiveOrder: true,', 'effectiveOrder: false,'],
    ['difference === 0 && other < closest', 'difference === 0 && other > closest'],
    ['allowed.set(ngram, left - 1);', ''],
    ['Math.max(count, allowed.get(ngram) ?? 0)', 'count'],
  ]),
  ...changes('src/metrics/rouge.ts', TEXT, [
    ['score.f1 > best.f1', 'score.recall < best.recall'],
    ['above > before', 'above < before'],
    ['counts.set(ngram, left - 1);', ''],
    ['.sort((a, b) => a - b)', '.slice(1)'],
  ]),
  ...changes('src/text/tokenize-rouge.ts', TEXT, [['word.length > 3', 'word.length > 2']]),
  ...changes('src/text/tokenize-13a.ts', TEXT, [
    ["replaceAll('-\\n', '')", "replaceAll('-\\n', '-')"],
  ]),
  ...changes('src/metrics/meteor.ts', TEXT, [
    ['alpha = 0.9', 'alpha = 0.5'],
    ['gamma = 0.5', 'gamma = 0.4'],
    ['expected !== expectedBefore + 1', 'expected < expectedBefore'],
    ['[free.map(stemmed), open.map(stemmed)]', '[free, open]'],
  ]),
  ...changes('src/text/porter-stemmer.ts', 'porter-stemmer.test.ts test/text-parity.test.ts', [
    ["['news', 'news'],", ''],
    ['stem.length > 1 && isConsonant', 'isConsonant'],
    ['measure(`${stem}l`) > 0', 'measure(stem) > 0'],
  ]),
  ...changes('src/text/wordnet.ts', TEXT, [
    ["if (!name.includes('_'))", ''],
    [".replace(/\\(.*\\)$/, '')", ''],
  ]),
  ...changes('src/metrics/token-f1.ts', TEXT, [
    ['common / expected.length', 'common / predicted.length'],
    ['(?:a|an|the)', '(?:a|the)'],
  ]),
  ...changes('src/metrics/exact-match.ts', UNIT, [
    ['normalizeAnswer(prediction) ===', 'prediction ==='],
  ]),
  ...changes('src/metrics/bert-score.ts', UNIT, [
    ['if (weight !== undefined) return weight(id);', 'if (weight !== undefined) return 1;'],
    ['isEmpty ? 0 : weightedMean(best.own', 'weightedMean(best.own'],
    ['value / length', 'value'],
  ]),
  ...changes('src/metrics/embedding-similarity.ts', UNIT, [
    ['squaresOfA * squaresOfB', 'squaresOfA'],
    ['Math.max(', 'Math.min('],
  ]),
  ...changes('src/metrics/open-qa-score.ts', UNIT, [['weights[name] / total', 'weights[name]']]),
  ...changes('src/metrics/auroc.ts', UNIT, [['(begin + 1 + end) / 2', 'begin + 1']]),
  ...changes('src/metrics/option-likelihood.ts', UNIT, [
    ['score > highest', 'score >= highest'],
    ['Buffer.byteLength(option)', 'option.length'],
  ]),
  ...changes('src/metrics/abnormality-labels.ts', UNIT, [
    ['hits / (hits + missed)', 'hits / (hits + extra)'],
    ['sum + label[part], 0) / each.length', 'sum + label[part], 0)'],
  ]),
  ...changes('src/metrics/rule-labeller.ts', UNIT, [
    ['!DENIAL.test(clause.slice(0, end))', 'true'],
    ['!DENIED.test(clause.slice(end))', 'true'],
  ]),
  ...changes('src/extract/extract-choice.ts', EXTRACT, [
    ['.reverse()', ''],
    ['names.size !== 1', 'names.size === 0'],
    ['outer.length !== 1', 'false'],
  ]),
  ...changes('src/extract/extract-yes-no.ts', EXTRACT, [['.size === 1', '.size > 0']]),
  ...changes('src/scoring/closed-metrics.ts', FILES, [
    ['right / count,\n      unparsed,', 'right / (count - unparsed),\n      unparsed,'],
  ]),
  ...changes('src/stats/closed-form.ts', STATS, [
    ['(z * z) / (2 * count)', '0'],
    ['(count - 1)', 'count'],
    ['ofClusters - squares', 'squares - ofClusters'],
  ]),
  ...changes('src/stats/holm.ts', STATS, [['order.length - rank', 'order.length']]),
  ...changes('src/stats/mcnemar.ts', STATS, [['2 * tail', 'tail']]),
];

/** Several changes of one file that the same tests must notice. */
function changes(file, tests, pairs) {
  return pairs.map(([find, replace]) => ({ file, find, replace, tests }));
}
