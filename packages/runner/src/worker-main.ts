import { serveWorker } from '@omnict/pipeline';
import { WORKER_PROGRAM } from './worker-program';

// Entry of OmniCT's worker processes.

await serveWorker(WORKER_PROGRAM, process.argv.slice(2));
