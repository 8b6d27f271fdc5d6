export {
  generatePhantomCT,
  phantomGrid,
  phantomPlane,
  RECORDS_FILE,
  type PhantomOptions,
  type SplitCounts,
} from './phantom-ct/generate';
export { samplePhantom, type Phantom } from './phantom-ct/phantom';
export { REGION_PHRASES, regionTargets } from './phantom-ct/region-phrases';
export { FINDING_NAMES, renderPhantom, type RenderedPhantom } from './phantom-ct/render';
export { sceneFacts } from './phantom-ct/scene-facts';
export { askQuestions } from './phantom-ct/questions/templates';
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
