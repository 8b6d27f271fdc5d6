import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { MissingDataError } from '@omnict/core';
import type { PhantomCt2Config } from './config';
import { type ImageJob, makeImage, type PhantomImage } from './image-job';

/** What every job of a dataset shares. */
export interface JobSettings {
  folder: string;
  config: PhantomCt2Config;
}

/** What a worker answers. */
export type WorkerReply =
  { number: number; image: PhantomImage } | { number: number; error: string };

/**
 * Makes images in worker threads and yields them in the order of the jobs, whichever is done first.
 *
 * One worker means this thread.
 */
export async function* makeImages(
  jobs: readonly ImageJob[],
  settings: JobSettings,
  { workers, signal }: { workers: number; signal?: AbortSignal },
): AsyncGenerator<PhantomImage> {
  if (workers <= 1) {
    for (const job of jobs) {
      signal?.throwIfAborted();
      yield await makeImage(job, settings);
    }
    return;
  }
  const pool = new WorkerPool(Math.min(workers, jobs.length), settings);
  try {
    // A few more than there are workers are under way, so that none waits for the slowest.
    const ahead = 2 * workers;
    const underWay = new Map<number, Promise<PhantomImage>>();
    for (let next = 0, yielded = 0; yielded < jobs.length; yielded++) {
      signal?.throwIfAborted();
      for (; next < jobs.length && next < yielded + ahead; next++) {
        const made = pool.run(next, jobs[next] as ImageJob);
        made.catch(() => undefined); // seen when its turn comes
        underWay.set(next, made);
      }
      yield await (underWay.get(yielded) as Promise<PhantomImage>);
      underWay.delete(yielded);
    }
  } finally {
    await pool.close();
  }
}

interface Waiting {
  number: number;
  job: ImageJob;
  resolve: (image: PhantomImage) => void;
  reject: (error: Error) => void;
}

/** Threads that each work on one job at a time. */
class WorkerPool {
  private readonly queue: Waiting[] = [];
  private readonly idle: Worker[] = [];
  private readonly busy = new Map<Worker, Waiting>();
  private readonly workers: Worker[];

  constructor(count: number, settings: JobSettings) {
    this.workers = Array.from({ length: count }, () => {
      const worker = new Worker(workerFile(), {
        workerData: settings,
        execArgv: [], // not what this process was started with: import conditions, for instance
      });
      worker.on('message', (reply: WorkerReply) => this.settle(worker, reply));
      worker.on('error', (error) => this.fail(worker, error));
      this.idle.push(worker);
      return worker;
    });
  }

  run(number: number, job: ImageJob): Promise<PhantomImage> {
    return new Promise((resolve, reject) => {
      this.queue.push({ number, job, resolve, reject });
      this.start();
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private start(): void {
    while (this.idle.length > 0 && this.queue.length > 0) {
      const worker = this.idle.pop() as Worker;
      const waiting = this.queue.shift() as Waiting;
      this.busy.set(worker, waiting);
      worker.postMessage({ number: waiting.number, job: waiting.job });
    }
  }

  private settle(worker: Worker, reply: WorkerReply): void {
    const waiting = this.busy.get(worker);
    this.busy.delete(worker);
    this.idle.push(worker);
    if ('image' in reply) waiting?.resolve(reply.image);
    else waiting?.reject(new MissingDataError(reply.error));
    this.start();
  }

  /** A worker that dies fails its job, and those that nobody is left to do. */
  private fail(worker: Worker, error: Error): void {
    this.busy.get(worker)?.reject(error);
    this.busy.delete(worker);
    this.workers.splice(this.workers.indexOf(worker), 1);
    if (this.workers.length === 0)
      for (const waiting of this.queue.splice(0)) waiting.reject(error);
  }
}

/** The built worker: beside this module in `dist`; from sources, in the package's `dist`. */
function workerFile(): string {
  const here = import.meta.url;
  const relative = here.endsWith('.ts') ? '../../dist/phantom-worker.js' : './phantom-worker.js';
  return fileURLToPath(new URL(relative, here));
}
