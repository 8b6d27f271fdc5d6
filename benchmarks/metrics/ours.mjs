/** @file One scoring by @omnict/eval; prints seconds, memory and figures. Started by run.mjs. */
import { scoreFile } from '../../packages/eval/dist/index.js';

const [predictions, metrics] = process.argv.slice(2);
const started = performance.now();
const { scores } = await scoreFile(
  { predictions },
  { metrics: metrics.split(','), meteorTokenizer: 'treebank' },
);
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1024, scores }));
