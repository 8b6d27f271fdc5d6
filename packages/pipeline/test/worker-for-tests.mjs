/** @file A worker whose stages are those of the modules that a task names. */
import { Components, serveWorker } from '@omnict/pipeline';

await serveWorker({ stages: () => [], components: new Components() }, process.argv.slice(2));
