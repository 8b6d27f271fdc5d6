import type { StageDefinition, StageInputs } from '@omnict/pipeline';
import type { TrialConfig } from '../spec/trial-config';

/** A stage of OmniCT: what it takes from a trial's config, and the stages whose outputs it reads. */
export type OmnictStage<Section, Inputs extends StageInputs> = StageDefinition<
  Section,
  Inputs,
  TrialConfig
>;

/** No stages. */
export type NoInputs = Record<never, string>;
