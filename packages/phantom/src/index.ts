/**
 * PhantomCT: simulated chest and abdomen CT with masks, findings, reports and questions.
 *
 * @module @omnict/phantom
 */
export {
  generatePhantomCT,
  phantomGrid,
  phantomPlane,
  RECORDS_FILE,
  REGIONS_FILE,
  type PhantomOptions,
  type SplitCounts,
} from './phantom-ct/generate';
export { FINDING_CODES, type FindingCode } from './phantom-ct/finding-codes';
export { LESION_HOSTS, type LesionHost } from './phantom-ct/hosts';
export type { LesionOptions } from './phantom-ct/lesions';
export { samplePhantom, type Phantom } from './phantom-ct/phantom';
export {
  answerFromRegions,
  perfectView,
  regionView,
  type RegionView,
} from './phantom-ct/region-reader';
export {
  phraseTarget,
  REGION_VOCABULARY,
  regionCovers,
  type RegionMaps,
} from './phantom-ct/regions';
export {
  type DrawnPhantom,
  drawPhantom,
  renderPhantom,
  type RenderedPhantom,
} from './phantom-ct/render';
export { askQuestions } from './phantom-ct/questions/ask-questions';
export type { QuestionDraft, Scene } from './phantom-ct/questions/scene';
export { QuestionSelection } from './phantom-ct/questions/select-questions';
export { type Mechanism, PHANTOM_SKILLS, type PhantomSkill } from './phantom-ct/skills';
export {
  IMAGE_FORMATS,
  type ImageWriteFormat,
  type PhantomCt2Config,
  PhantomCt2ConfigSchema,
} from './phantom-ct-2/config';
export {
  generatePhantomCT2,
  type PhantomCt2Options,
  type PhantomCt2Summary,
} from './phantom-ct-2/generate';
export { PHANTOM_CT_2 } from './phantom-ct-2/image-job';
export { FINDINGS, findingNamed } from './phantom-ct-2/catalogue/catalogue';
export {
  type Phantom as PhantomCt2Phantom,
  type PhantomWishes,
  samplePhantom2,
  scanGrid,
} from './phantom-ct-2/phantom';
export { type Observation, type Scan, scanPhantom } from './phantom-ct-2/scan/scan';
export { writeReport, type Report } from './phantom-ct-2/report/report';
export { askAbout } from './phantom-ct-2/questions/ask';
export type { Finding, Geometry, Grade, Host } from './phantom-ct-2/catalogue/finding';
export { SKILLS, type Skill } from './phantom-ct-2/questions/fact';
export type { SceneFacts, SceneFinding } from './phantom-ct-2/scene';
