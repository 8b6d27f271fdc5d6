/** @file Runs in a worker thread: prepares images one after another. */
import { parentPort } from 'node:worker_threads';
import { answer } from './answer-request';
import type { WorkerRequest } from './worker-messages';

parentPort?.on('message', (request: WorkerRequest) => {
  void answer(request).then((reply) => parentPort?.postMessage(reply));
});
