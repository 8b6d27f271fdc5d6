/**
 * @file Load + window + resample with @omnict/io. Usage: node ours.mjs TASK WORKERS FILES...
 * TASK is prepare, read (a NIfTI file alone) or gunzip (what reading cannot be faster than).
 */
import { prepareVolume, readNifti, readVolume } from '@omnict/io';
import { readFileSync } from 'node:fs';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';

const TASKS = {
  prepare: async (file) =>
    prepareVolume((await readVolume(file)).volume, { window: [-1000, 1000], size: [32, 384, 384] }),
  read: readNifti,
  gunzip: (file) => gunzipSync(readFileSync(file)),
};

if (isMainThread) {
  const [task, workers, ...files] = process.argv.slice(2);
  const seconds = await (workers === '1'
    ? alone(task, files)
    : together(task, Number(workers), files));
  const megabytes = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ seconds, megabytes })}\n`);
} else {
  parentPort.on('message', async (file) =>
    parentPort.postMessage((await TASKS[workerData](file)) && true),
  );
}

async function alone(task, files) {
  await TASKS[task](files[0]);
  const start = performance.now();
  for (const file of files) await TASKS[task](file);
  return (performance.now() - start) / 1000;
}

async function together(task, count, files) {
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL(import.meta.url), { workerData: task }),
  );
  const ask = (worker, file) =>
    new Promise((resolve) => {
      worker.once('message', resolve);
      worker.postMessage(file);
    });
  await Promise.all(workers.map((worker, index) => ask(worker, files[index % files.length])));
  const start = performance.now();
  const left = [...files];
  await Promise.all(
    workers.map(async (worker) => {
      while (left.length > 0) await ask(worker, left.pop());
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return seconds;
}
