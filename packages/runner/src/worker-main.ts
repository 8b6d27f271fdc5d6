import { runWorker } from './execute/worker';
import { STAGES } from './stages/index';

// Entry of a worker process: `node worker-main.js TASK.json`.
process.exit(await runWorker(process.argv[2] ?? '', STAGES));
