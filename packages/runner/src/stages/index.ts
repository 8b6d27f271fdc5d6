import type { StageDefinition } from '../stage/stage-definition';
import { datasetStage } from './dataset';
import { encodeStage } from './encode';
import { predictStage } from './predict';
import { prepareStage } from './prepare';
import { scoreStage } from './score';
import { finetuneStage, pretrainStage } from './train-stages';

/** OmniCT's stages, each after those it needs. */
export const STAGES: readonly StageDefinition[] = [
  datasetStage,
  prepareStage,
  encodeStage,
  pretrainStage,
  finetuneStage,
  predictStage,
  scoreStage,
];
