/** @file Plans of the tests' stages, run as sweeps run them. */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  JobFolders,
  LocalLauncher,
  runPlan,
  type RunPlanOptions,
  type StageCache,
  type StageDefinition,
  type StageTask,
  type SweepPlan,
  type WorkerEvent,
} from '../src/index';

export const STAGES_MODULE = fileURLToPath(new URL('./stages-for-tests.mjs', import.meta.url));

/** Imports the build: `npm test` builds before it tests. */
export const WORKER = fileURLToPath(new URL('./worker-for-tests.mjs', import.meta.url));

export const { stages } = (await import(pathToFileURL(STAGES_MODULE).href)) as {
  stages: StageDefinition[];
};

/** Runs a plan in processes of this machine, without retries; `logs` is what its stages said. */
export async function runForTests(
  plan: SweepPlan,
  {
    folder,
    maxParallel,
    ...options
  }: Partial<RunPlanOptions> & { folder: string; cache: StageCache; maxParallel: number },
) {
  const logs: string[] = [];
  const launcher = new LocalLauncher({ entry: [WORKER], maxParallel });
  const results = await runPlan(plan, {
    launcher,
    jobs: new JobFolders(join(folder, 'jobs'), {
      cacheFolder: options.cache.folder,
      components: [STAGES_MODULE],
    }),
    resourcesOf: () => ({ cpus: 1 }),
    retries: { failed: 0, mistake: 0, timeout: 0, preempted: 0, oom: 0 },
    signal: new AbortController().signal,
    ...options,
    onEvent: (task: StageTask, event: WorkerEvent) => {
      if (event.type === 'log') logs.push(event.text);
      options.onEvent?.(task, event);
    },
  });
  await launcher.close();
  return { results, logs };
}
