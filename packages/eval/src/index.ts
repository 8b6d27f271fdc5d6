/**
 * MedEval-CT-Factory: answer extraction, metrics and statistics.
 *
 * @module @omnict/eval
 */
export {
  type ClosedJudgement,
  type ClosedQuestion,
  EXTRACTION_PRESETS,
  type ExtractionPreset,
  judgeClosed,
  parseExtractionPreset,
} from './extract/closed-answer';
export { extractChoice } from './extract/extract-choice';
export { type Extraction, optionLetter } from './extract/extraction';
export { extractYesNo } from './extract/extract-yes-no';
export { withoutReasoning } from './extract/reasoning';
export {
  type Answer,
  answerQuestions,
  type AnswerQuestionsOptions,
} from './factory/answer-questions';
export { loadPredictionsGenerator } from './factory/predictions-generator';
export { judgeAgreement, type JudgeAgreement } from './judge/agreement';
export {
  judgeAnswers,
  type JudgedAnswer,
  type Judgement,
  type JudgeOptions,
  type JudgeReport,
} from './judge/judge-answers';
export { loadRubric, type Rubric, RUBRIC_NAMES, type RubricName } from './judge/rubric';
export { majorityAnswers, type BaselineItem } from './majority-baseline';
export {
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
export { type EvalQuestion, predictionLine, predictionRow } from './questions/eval-question';
export {
  compareFiles,
  type CompareOptions,
  type Comparison,
  type MetricComparison,
} from './scoring/compare-files';
export { type Metric, type MetricValues, type Score } from './scoring/metric';
export {
  createMetrics,
  DEFAULT_METRICS,
  isMetricName,
  METRIC_NAMES,
  type NamedMetric,
  type OwnMetrics,
} from './scoring/metric-names';
export {
  METEOR_TOKENIZERS,
  type MeteorTokenizer,
  type MetricOptions,
} from './scoring/metric-options';
export { type OwnMetric } from './scoring/own-metric';
export {
  type Difference,
  type DifferenceOptions,
  pairedDifference,
  type PairedScores,
} from './scoring/paired-difference';
export {
  GROUP_FIELDS,
  type PredictionRow,
  questionKind,
  type QuestionKind,
  wordFields,
} from './scoring/prediction-row';
export { readJsonLines, type JsonLine } from './scoring/read-json-lines';
export { readPredictions, type PredictionFiles } from './scoring/read-predictions';
export {
  type Figure,
  INTERVAL_METHODS,
  type IntervalMethod,
  type IntervalOptions,
  type MetricInterval,
  reduceScores,
} from './scoring/reducer';
export { reduceRepeats, type RepeatedSample, type RepeatReduction } from './scoring/repeats';
export { scoreFile, type ScoreFileOptions, type ScoreReport } from './scoring/score-file';
export {
  type SampleStatistics,
  type ScoredSet,
  type ScoreOptions,
  scoreRows,
} from './scoring/score-rows';
export {
  type GroupReport,
  type MetricEntry,
  type SampleRecord,
  type ScoreFigures,
} from './scoring/scorer';
export {
  clusteredStandardError,
  type MeanSums,
  normalInterval,
  standardErrorOfMean,
  wilsonInterval,
} from './stats/closed-form';
export { holmCorrection } from './stats/holm';
export { mcNemarTest, type McNemarTest } from './stats/mcnemar';
export { type PowerOptions, resolvableDifference, standardErrorOfInterval } from './stats/power';
export { normalCdf, normalQuantile } from '@omnict/core';
export { silhouette } from './stats/silhouette';
export { studentTQuantile } from './stats/student-t';
export { tsne, type TsneOptions, type TsneResult } from './stats/t-sne';
export { porterStem } from './text/porter-stemmer';
export { splitSentences } from './text/split-sentences';
export { tokenize13a } from './text/tokenize-13a';
export { tokenizeRouge } from './text/tokenize-rouge';
export { tokenizeTreebank, tokenizeWords } from './text/tokenize-treebank';
export { findWordNet, readWordNet, requireWordNet, WordNet } from './text/wordnet';
export {
  CONDITION_TITLES,
  type Condition,
  CONDITIONS,
  questionsOfCondition,
} from './stress/conditions';
export { leakageTable, type LeakageSample, type LeakageTable } from './stress/leakage-table';
export { mismatchImages } from './stress/mismatch';
export { type CircularScores, circularScores, rotateOptions } from './stress/option-shuffle';
export { PARAPHRASE_RULES, paraphraseQuestions } from './stress/paraphrase';
export {
  type AnsweredQuestion,
  type ColumnResult,
  evaluateTask,
  type EvaluateOptions,
  type TaskResult,
} from './tasks/evaluate-task';
export {
  loadTableLayout,
  loadTask,
  tableNames,
  taskJsonSchemas,
  taskNames,
} from './tasks/load-task';
export {
  type FilledTable,
  fillTable,
  type ModelResults,
  renderFilledTable,
} from './tasks/paper-layout';
export { type TableLayout, type Task, type TaskColumn } from './tasks/task-schema';
