/** A sweep of one's own: its trials and tasks, planned from a spec. */
import * as pipeline from '@omnict/pipeline';
import { Type } from '@sinclair/typebox';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const Config = Type.Object({ points: Type.Integer() });
const draw: pipeline.StageDefinition<{ points: number }, {}, { points: number }> = {
  name: 'draw',
  version: 1,
  usesSeed: true,
  needs: () => ({}),
  select: ({ points }) => ({ points }),
  run: ({ section, outputs }) => writeFile(join(outputs, 'n'), String(section.points)),
};
const pi = pipeline.definePipeline({
  name: 'pi',
  config: Config,
  stages: [draw],
  worker: ['pi.js'],
});

const folder = mkdtempSync(join(tmpdir(), 'omnict-example-'));
const spec = join(folder, 'points.yaml');
writeFileSync(
  spec,
  `schema: pi/sweep@1
name: points
config: { points: 1000 }
sweep: { matrix: { points: [1000, 100000] }, seeds: [0, 1] }
`,
);
const { plan } = await pipeline.prepareSweep(pi, spec, { store: join(folder, 'store') });
console.log(plan.trials.map(({ name }) => name).join(', '), plan.tasks.length);

// Prints:
// points=1000 seed=0, points=1000 seed=1, points=100000 seed=0, points=100000 seed=1 4
