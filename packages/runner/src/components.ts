import { type EncoderArchitecture, registerEncoderArchitecture } from '@omnict/encoding';
import type { OwnMetric, OwnMetrics } from '@omnict/eval';
import { type OrganStrategy, registerOrganStrategy } from '@omnict/ose';
import { type ClaimName, Components, type StageRegistry } from '@omnict/pipeline';
import type { TrialConfig } from './spec/trial-config';

/** Registries of OmniCT's own parts. */
interface PartRegistries {
  encoders: {
    /** Adds a vision architecture by the `model_type` of its config.json. */
    add: (modelType: string, architecture: EncoderArchitecture) => void;
  };
  aggregators: {
    /** Adds an organ strategy, for `model.ose.strategy`. */
    add: (name: string, strategy: OrganStrategy) => void;
  };
  metrics: {
    /** Adds a metric, for `score.metrics`: a number for each answer, whose mean is the figure. */
    add: (name: string, metric: OwnMetric) => void;
  };
}

/** What the `register` function of a components module is given. */
export interface Registries extends StageRegistry<TrialConfig>, PartRegistries {}

const metrics = new Map<string, OwnMetric>();

/** Parts of the user's own modules. */
export const COMPONENTS = new Components<TrialConfig>((claim: ClaimName): PartRegistries => ({
  encoders: {
    add: (modelType, architecture) => {
      claim('encoder', modelType);
      registerEncoderArchitecture(modelType, architecture);
    },
  },
  aggregators: {
    add: (name, strategy) => {
      claim('aggregator', name);
      registerOrganStrategy(name, strategy);
    },
  },
  metrics: {
    add: (name, metric) => {
      claim('metric', name);
      metrics.set(name, metric);
    },
  },
}));

/** Metrics that components registered. */
export function componentMetrics(): OwnMetrics {
  return metrics;
}
