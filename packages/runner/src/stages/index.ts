import type { AnyStage } from '@omnict/pipeline';
import type { TrialConfig } from '../spec/trial-config';
import { datasetStage } from './dataset';
import { encodeStage } from './encode';
import { predictStage } from './predict';
import { prepareStage } from './prepare';
import { scoreStage } from './score';
import { finetuneStage, pretrainStage } from './train-stages';

/** OmniCT's stages, each after those it needs. */
export const STAGES: readonly AnyStage<TrialConfig>[] = [
  datasetStage,
  prepareStage,
  encodeStage,
  pretrainStage,
  finetuneStage,
  predictStage,
  scoreStage,
];
