export { extractChoice, type Extraction } from './extract/extract-choice';
export { extractYesNo } from './extract/extract-yes-no';
export { majorityAnswers, type BaselineItem } from './majority-baseline';
export { exactMatch, normalizeAnswer, tokenF1, type TokenOverlap } from './metrics/token-f1';
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
  bootstrapInterval,
  pairedDelta,
  standardError,
  type BootstrapOptions,
  type Interval,
  type PairedDelta,
} from './stats/bootstrap';
