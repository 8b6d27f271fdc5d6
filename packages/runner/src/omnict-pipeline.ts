import { PAPER_TABLE_NAMES } from '@omnict/core';
import { definePipeline, type SpecOf } from '@omnict/pipeline';
import { Type } from '@sinclair/typebox';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NAMED_PARTS } from './spec/named-parts';
import { TrialConfigSchema } from './spec/trial-config';
import { WORKER_PROGRAM } from './worker-program';

/** Sections of a spec that say how a sweep is recorded and shown. */
const SECTIONS = {
  tracking: Type.Object(
    {
      experiment: Type.Optional(Type.String({ description: 'Default: omnict/<name>.' })),
      uri: Type.Optional(
        Type.String({
          description: 'MLflow server; default: MLFLOW_TRACKING_URI, else journal only.',
        }),
      ),
      systemMetrics: Type.Boolean({
        default: true,
        description: 'Record load and memory of this machine every ten seconds.',
      }),
      models: Type.Boolean({
        default: false,
        description: 'Bring the trained models to the server, not only their scores.',
      }),
    },
    { additionalProperties: false, default: {}, description: 'Where runs are recorded.' },
  ),
  report: Type.Object(
    {
      question: Type.Optional(
        Type.String({ description: 'What the sweep asks, for the head of its report.' }),
      ),
      paperTable: Type.Optional(
        Type.Union(
          PAPER_TABLE_NAMES.map((name) => Type.Literal(name)),
          { description: 'Table of the paper shown beside the results.' },
        ),
      ),
    },
    { additionalProperties: false, default: {}, description: 'How results are shown.' },
  ),
};

/** OmniCT's sweeps: from data to scores. */
export const OMNICT = definePipeline({
  ...WORKER_PROGRAM,
  name: 'omnict',
  title: 'OmniCT sweep',
  config: TrialConfigSchema,
  sections: SECTIONS,
  worker: [workerScript()],
  names: NAMED_PARTS,
});

/** A validated sweep. */
export type SweepSpec = SpecOf<typeof TrialConfigSchema, typeof SECTIONS>;

/** The worker lies beside this module: built, as worker-main.js. */
function workerScript(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return join(here, 'worker-main.js');
}
