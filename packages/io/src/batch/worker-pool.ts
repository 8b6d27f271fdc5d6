import { Worker } from 'node:worker_threads';
import { answer, failureOf } from './answer-request';
import type { WorkerReply, WorkerRequest } from './worker-messages';

/** The worker's script, beside this module once it is built. */
const SCRIPT = new URL('./prepare-worker.js', import.meta.url);

/** Runs requests one at a time: in a thread, or here. */
export interface RequestRunner {
  run(request: WorkerRequest): Promise<WorkerReply>;
  close(): Promise<void>;
}

/** Runs requests in this thread. */
export const IN_PROCESS: RequestRunner = { run: answer, close: () => Promise.resolve() };

/** Runs requests in a thread of its own; one that dies fails its image and is replaced. */
export class WorkerThread implements RequestRunner {
  #worker: Worker | undefined;
  /** Takes the answer to the request under way. */
  #settle: (reply: WorkerReply) => void = () => undefined;
  #path = '';

  run(request: WorkerRequest): Promise<WorkerReply> {
    const worker = (this.#worker ??= this.#start());
    this.#path = request.path;
    return new Promise((resolve) => {
      this.#settle = resolve;
      worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(SCRIPT);
    const die = (error: unknown): void => {
      this.#worker = undefined;
      this.#settle({ failure: failureOf(error, this.#path) });
    };
    worker.on('message', (reply: WorkerReply) => this.#settle(reply));
    worker.on('error', die);
    worker.on('exit', () => die(new Error('thread ended')));
    return worker;
  }
}
