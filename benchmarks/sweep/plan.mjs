/** @file Seconds to read, check, expand and plan a spec: `node plan.mjs SPEC [OVERRIDES...]`. */
import { prepareSweep } from '../../packages/runner/dist/index.js';

const [spec, ...overrides] = process.argv.slice(2);
const started = performance.now();
const { plan } = await prepareSweep(spec, { overrides, store: 'planned' });
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ trials: plan.trials.length, tasks: plan.tasks.length, seconds }));
