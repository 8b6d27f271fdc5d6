import { createMetrics, isMetricName, METRIC_NAMES } from '@omnict/eval';
import { ENCODER_PRESETS } from '@omnict/encoding';
import { LANGUAGE_MODEL_PRESETS } from '@omnict/llm';
import { PROJECTOR_PRESETS } from '@omnict/model';
import { isHubName, modelFolder } from '@omnict/nn';
import { organStrategyNames } from '@omnict/ose';
import { type NameCheck, suggest, unknownName } from '@omnict/pipeline';
import { existsSync } from 'node:fs';
import { componentMetrics } from '../components';

/** Config paths whose values are names in a registry: known only once components are loaded. */
export const NAMED_PARTS: Readonly<Record<string, NameCheck>> = {
  'model.encoder': (name) => modelProblem(name, ENCODER_PRESETS),
  'model.llm': (name) => modelProblem(name, LANGUAGE_MODEL_PRESETS),
  'model.projector': projectorProblem,
  'model.ose.strategy': (name) => unknownName(name, organStrategyNames()),
  'score.metrics': metricProblem,
};

/** A model is a preset, a folder with a config.json, or one of the hub, pulled or not. */
function modelProblem(name: string, presets: readonly string[]): string | undefined {
  if (presets.includes(name) || modelFolder(name) !== undefined || isHubName(name))
    return undefined;
  return `expected ${presets.join(', ')}, a model of the hub (owner/name) or a folder with a config.json, got ${JSON.stringify(name)}; ${suggest(name, presets)}`;
}

function projectorProblem(name: string): string | undefined {
  if (PROJECTOR_PRESETS.some((preset) => preset === name) || existsSync(name)) return undefined;
  return `expected ${PROJECTOR_PRESETS.join(', ')} or a folder that a projector recipe wrote, got ${JSON.stringify(name)}; ${suggest(name, PROJECTOR_PRESETS)}`;
}

/** A metric must be known, and must not lack what it needs: that would show after training only. */
function metricProblem(name: string): string | undefined {
  const own = componentMetrics();
  if (!isMetricName(name, own)) return unknownName(name, [...METRIC_NAMES, ...own.keys()]);
  try {
    createMetrics([name], { own });
    return undefined;
  } catch (error) {
    return `expected a metric that can be computed here, got ${JSON.stringify(name)}: ${(error as Error).message}`;
  }
}
