import { parentPort, workerData } from 'node:worker_threads';
import { type ImageJob, makeImage } from './image-job';
import type { JobSettings, WorkerReply } from './worker-pool';

// Entry of a worker thread: makes the images it is sent, one at a time.

parentPort?.on('message', ({ number, job }: { number: number; job: ImageJob }) => {
  const reply = (message: WorkerReply): void => parentPort?.postMessage(message);
  makeImage(job, workerData as JobSettings).then(
    (image) => reply({ number, image }),
    (error: unknown) =>
      reply({
        number,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
  );
});
