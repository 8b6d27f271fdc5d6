/** Plans the paper's Table 1: how many trials, and how many tasks once equal work is merged. */
import { copyShippedSpec, prepareSweep } from '@omnict/runner';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'omnict-example-'));
const [file = ''] = await copyShippedSpec('quickstart', folder);
const { plan } = await prepareSweep(file, { store: join(folder, 'store') });
console.log(plan.trials.length > 1, plan.tasks.length < 7 * plan.trials.length);

// Prints:
// true true
