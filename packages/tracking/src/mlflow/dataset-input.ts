import type { DatasetInput } from '@omnict/core';
import { redactJson, redactText } from '../redact';
import { entries } from './key-values';
import { LIMITS } from './limits';

/** A dataset as MLflow's REST API takes it, texts redacted. */
export function toRawInput({
  name,
  digest,
  sourceType,
  source,
  profile,
  context,
}: DatasetInput): unknown {
  return {
    tags: context === undefined ? [] : entries({ 'mlflow.data.context': context }),
    dataset: {
      name: redactText(name).slice(0, LIMITS.datasetNameLength),
      digest: digest.slice(0, LIMITS.datasetDigestLength),
      source_type: sourceType,
      source: JSON.stringify(redactJson(source)),
      ...(profile !== undefined && { profile: JSON.stringify(redactJson(profile)) }),
    },
  };
}
