/** Records a run without a server, and writes it as files that MLflow reads. */
import { readJournal, RunJournal } from '@omnict/tracking';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = join(mkdtempSync(join(tmpdir(), 'omnict-example-')), 'run');
const run = RunJournal.open(folder, { experiment: 'example', runKey: 'a', name: 'a' });
run.logParams({ sce: true });
run.logMetrics([{ key: 'loss', value: 0.5, step: 1, timestamp: 1_700_000_000_000 }]);
run.end('FINISHED');

console.log(
  readJournal(folder)
    .map(({ type }) => type)
    .join(' '),
);

// Prints:
// run params metrics end
