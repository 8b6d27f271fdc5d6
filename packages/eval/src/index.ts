export {
  type ClosedJudgement,
  type ClosedQuestion,
  EXTRACTION_PRESETS,
  type ExtractionPreset,
  judgeClosed,
  parseExtractionPreset,
} from './extract/closed-answer';
export { extractChoice } from './extract/extract-choice';
export { type Extraction } from './extract/extraction';
export { extractYesNo } from './extract/extract-yes-no';
export { majorityAnswers, type BaselineItem } from './majority-baseline';
export {
  ABNORMALITY_LABELS,
  countLabels,
  type LabelCounts,
  labelScores,
  type LabelScores,
  type ReportLabeller,
} from './metrics/abnormality-labels';
export { auroc } from './metrics/auroc';
export {
  bertScore,
  type BertScoreOptions,
  DocumentFrequencies,
  type EncodedText,
  type TokenEncoder,
  type TokenWeight,
} from './metrics/bert-score';
export {
  bleuFromStatistics,
  bleuStatistics,
  corpusBleu,
  sentenceBleu,
  type BleuOptions,
  type BleuSmoothing,
  type BleuStatistics,
} from './metrics/bleu';
export {
  cosineSimilarity,
  embeddingSimilarity,
  type TextEmbedder,
} from './metrics/embedding-similarity';
export { exactMatch } from './metrics/exact-match';
export { meteor, type MeteorOptions } from './metrics/meteor';
export { OPEN_QA_WEIGHTS, openQaScore, type OpenQaWeights } from './metrics/open-qa-score';
export { mostLikelyOption, type LikelihoodNormalization } from './metrics/option-likelihood';
export { labelByRules, RULE_LABELLER } from './metrics/rule-labeller';
export { rouge, type Overlap, type RougeKind, type RougeOptions } from './metrics/rouge';
export { bestTokenF1, normalizeAnswer, tokenF1, type TokenOverlap } from './metrics/token-f1';
export {
  scorePredictions,
  scoreSample,
  type EvaluationResult,
  type GroupField,
  type GroupScore,
  type SampleScore,
  type ScoredInput,
  type ScoreOptions,
} from './score';
export {
  INTERVAL_METHODS,
  type IntervalMethod,
  type MetricInterval,
  type MetricReport,
} from './score-file/accumulator';
export { createMetrics, METRIC_NAMES, type NamedMetric } from './score-file/metric-names';
export {
  METEOR_TOKENIZERS,
  type MeteorTokenizer,
  type MetricOptions,
} from './score-file/metric-options';
export { GROUP_FIELDS, type PredictionRow } from './score-file/prediction-row';
export { readJsonLines, type JsonLine } from './score-file/read-json-lines';
export { readPredictions, type PredictionFiles } from './score-file/read-predictions';
export { type Measurement, type MetricValues, type SampleMetric } from './score-file/sample-metric';
export {
  FileScorer,
  type GroupReport,
  type MetricEntry,
  scoreFile,
  type ScoreFileOptions,
  type ScoreReport,
  type SampleRecord,
} from './score-file/score-file';
export {
  clusteredStandardError,
  type MeanSums,
  normalInterval,
  standardErrorOfMean,
  wilsonInterval,
} from './stats/closed-form';
export { normalCdf, normalQuantile } from './stats/normal';
export {
  bootstrapInterval,
  pairedDelta,
  standardError,
  type BootstrapOptions,
  type Interval,
  type PairedDelta,
} from './stats/bootstrap';
export { porterStem } from './text/porter-stemmer';
export { splitSentences } from './text/split-sentences';
export { tokenize13a } from './text/tokenize-13a';
export { tokenizeRouge } from './text/tokenize-rouge';
export { tokenizeTreebank, tokenizeWords } from './text/tokenize-treebank';
export { findWordNet, readWordNet, requireWordNet, WordNet } from './text/wordnet';
