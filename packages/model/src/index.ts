/**
 * OmniCT assembled from its parts.
 *
 * @module @omnict/model
 */
export { AnswerStream } from './ask/answer-stream';
export {
  type AskRequest,
  type ImageAnswer,
  openOmniCT,
  OpenOmniCT,
  type OpenOptions,
} from './ask/open-omnict';
export {
  planRecord,
  recordSample,
  recordSequence,
  type SampleImage,
  type SampleRecord,
} from './ask/record-sample';
export { answerSamples, type AnswerOptions } from './answer';
export { scoreAnswers, type AnswerScore } from './score-answers';
export { assemble, createOmniCT, disposeOmniCT, type EncodedOmniCT, type OmniCT } from './assemble';
export {
  byImage,
  collate,
  collateByImage,
  type CollateOptions,
  type FeatureSource,
  type ImageQuestions,
  type ModelBatch,
  type ModelSample,
  neededShape,
  sampleSize,
  type SampleSize,
} from './batch';
export { type BatchShape, chooseShapes, type PartShape, type ShapeDemand } from './batch-shapes';
export { type BatchPart } from './batch-part';
export {
  chooseQuestionsPerImage,
  countQuestions,
  type QuestionCounts,
} from './questions-per-image';
export { withFeatures, withImageFeatures } from './stack-features';
export {
  ModelConfigSchema,
  PrepareConfigSchema,
  ReadOptionsSchema,
  type ModelConfig,
  type PrepareConfig,
} from './config';
export {
  type SceKeys,
  scePartsName,
  scePartsOf,
  type SceParts,
  shortFormOf,
  withCanonicalParts,
} from './ablated-parts';
export { type ByModality, encoderNames, ofEachTower, preparationOf, towersOf } from './towers';
export { imageEmbedder, type ImageEmbedder } from './image-embedder';
export { encodeImage, type PreparedImage } from './image-features';
export { visualLayout, type VisualLayout } from './layout';
export { layoutProblems, tokenBudget } from './token-budget';
export { loadProjection, projectionFile, saveProjection } from './projection-folder';
export { loadOmniCT, resolveModelFolder, saveOmniCT } from './model-folder';
export { MODEL_PRESETS, PROJECTOR_PRESETS } from './presets';
export { OmniCTModel, type VisualLayouts } from './omnict-model';
export { planOrganTokens, type OrganPlan, type OrganRegion } from './organ-plan';
export { buildPrompt, type PromptContext, type PromptSequence } from './prompt';
export {
  RegionEmbedding,
  type RegionEmbeddingOptions,
  type VisualProjector,
} from './region-embedding';
export { PLACE_NAMES, placesOf, regionToken, regionWords, type RegionWords } from './region-tokens';
export { createSample, type SampleInput } from './sample';
export {
  verifyCheckpoint,
  type Verification,
  type VerifiedOutput,
} from './verify/verify-checkpoint';
export { ClipPair, loadClipPair, type ClipTowers } from './clip/clip-pair';
export { readOpenClipConfig, type OpenClipConfig } from './clip/open-clip-config';
export {
  planDataSet,
  planOfFiles,
  pullDataSet,
  type DataSetPlan,
  type DataSetPull,
} from './hub/pull-data-set';
export { pullModel, type PullOptions, type PullProgress } from './hub/pull-model';
export { quantizeModel } from './hub/quantize-model';
export { describeModel, listModels, type ModelDescription } from './hub/describe-model';
export {
  planMemory,
  type MemoryPlan,
  type MemoryPlanOptions,
  type StageMemory,
} from './memory/memory-plan';
