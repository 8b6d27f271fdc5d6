/** Scores answers of any model: a closed question, an open one, and text metrics. */
import { extractChoice, scoreFile, tokenF1 } from '@omnict/eval';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

console.log(extractChoice('The answer is B.', ['cyst', 'tumour']).choice);
console.log(tokenF1('upper lobe', 'left upper lobe').f1);

const predictions = join(mkdtempSync(join(tmpdir(), 'omnict-example-')), 'p.jsonl');
const rows = [
  { id: 1, prediction: 'B', options: ['cyst', 'tumour'], answer: 'tumour' },
  { id: 2, prediction: 'A', options: ['cyst', 'tumour'], answer: 'tumour' },
];
writeFileSync(predictions, rows.map((row) => JSON.stringify(row)).join('\n'));
const { scores, metrics } = await scoreFile({ predictions }, { metrics: ['accuracy'] });
console.log(scores['accuracy'], metrics['accuracy']?.count);

// Prints:
// B
// 0.8
// 0.5 2
