import { isSecretName } from '@omnict/core';

/** Variables a process needs to run at all; no result depends on them. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_OPTIONS', 'LD_LIBRARY_PATH'];

/** What decides a worker's environment. */
export interface WorkerNeeds {
  /** Threads the engine may use. */
  threads: number;
  /** Accelerators to use; 'scheduler' says which; default: those of this process. */
  gpus?: readonly string[] | 'scheduler';
  /** Of the task's stage and of the profile. */
  declared: Readonly<Record<string, string>>;
}

/** Environment of a worker: nothing undeclared can matter to a result. */
export function workerEnvironment(
  { threads, gpus, declared }: WorkerNeeds,
  own: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const kept = Object.entries(own).filter(
    ([name]) => PASSED_ON.includes(name) || name.startsWith('OMNICT_'),
  ) as [string, string][];
  const inherited = gpus === undefined ? own['CUDA_VISIBLE_DEVICES'] : undefined;
  const visible = Array.isArray(gpus) ? gpus.join(',') : inherited;
  return {
    ...Object.fromEntries(kept),
    ...(visible !== undefined && { CUDA_VISIBLE_DEVICES: visible }),
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    ...declared,
  };
}

/**
 * Names of the secrets in a worker's environment that come from this process. Schedulers keep and show what
 * they are sent, so that these travel by name alone.
 */
export function secretsOf(
  environment: Readonly<Record<string, string>>,
  own: NodeJS.ProcessEnv = process.env,
): string[] {
  return Object.keys(environment).filter(
    (name) => isSecretName(name) && own[name] === environment[name],
  );
}
