import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The command as users run it: `npm test` builds before it tests. */
export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** A user's module. */
/** Overrides that leave one trial of it. */
export const ONE = ['sweep.matrix={model.sce: [true]}', '~sweep.baseline'];

export const COMPONENTS = fileURLToPath(new URL('./components.mjs', import.meta.url));

/** Leave that tests give is kept apart from the user's own. */
process.env['XDG_CONFIG_HOME'] = join(tmpdir(), `omnict-test-config-${process.pid}`);

/** Steps of each stage, and milliseconds of a step. */
export interface TinySizes {
  steps: number;
  delay: number;
}

/** Writes a spec whose stages are steps of a chain, and the records it asks about. */
export function writeTinySweep(
  folder: string,
  { steps, delay }: TinySizes,
  more = '',
): { spec: string; components: string } {
  mkdirSync(folder, { recursive: true });
  const records = Array.from({ length: 40 }, (_, index) => ({
    id: `q${index}`,
    image: `${index}.nii.gz`,
    modality: index % 2 === 0 ? 'volume' : 'slice',
    organ: 'liver',
    taskType: 'judgment',
    category: 'GIR',
    question: 'Is there a lesion?',
    answer: index % 3 === 0 ? 'yes' : 'no',
    source: 'test',
    patient: `p${index % 10}`,
    split: index < 10 ? 'train' : 'test',
  }));
  const recordsFile = join(folder, 'records.jsonl');
  writeFileSync(recordsFile, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const spec = join(folder, 'tiny.yaml');
  const stages = ['prepare', 'encode', 'pretrain', 'finetune', 'predict'];
  const settings = stages.map((name) => `${name}: { steps: ${steps}, delay: ${delay} }`);
  writeFileSync(
    spec,
    `schema: omnict/sweep@1
name: tiny
components: [${JSON.stringify(COMPONENTS)}]
config:
  data: { dataset: ${JSON.stringify(recordsFile)} }
  model: { encoder: siglip-tiny, llm: qwen2-tiny, ose: { strategy: none } }
  train: { pretrain: { learningRate: 1 }, finetune: { learningRate: 1 } }
  score: { resamples: 200, metrics: [accuracy, 'token-f1:open', yes-share] }
  components: { tiny: { ${settings.join(', ')} } }
sweep:
  matrix:
    model.sce: [false, true]
    model.ose.strategy: [none, native, random, adaptive]
  baseline: { model.sce: false, model.ose.strategy: none }
${more}`,
  );
  return { spec, components: COMPONENTS };
}

/** What `omnict run --json` prints. */
export interface RunReport {
  id: string;
  runFolder: string;
  complete: boolean;
  table: unknown;
  cost: { stages: { stage: string; ran: number; distinct: number }[] };
  failures: { task: string; message: string }[];
}

/** Runs the command to its end. */
export function omnict(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    cwd,
    maxBuffer: 2 ** 28,
  });
  return { status, stdout, stderr };
}

/** Starts the command. */
export function start(cwd: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { cwd, stdio: 'ignore' });
}

/** Runs a tiny sweep to its end. */
export function runSweep(cwd: string, spec: string, ...args: string[]): RunReport {
  const result = omnict(cwd, 'run', spec, '--components', COMPONENTS, '--json', ...args);
  if (result.stdout === '') throw new Error(result.stderr);
  return JSON.parse(result.stdout) as RunReport;
}

/**
 * Waits for what processes of the test will do, however long they take: the test's own limit ends it.
 *
 * @param child that does it; when it has ended, waiting is over
 */
export async function until(isSo: () => boolean | Promise<boolean>, child?: ChildProcess) {
  const hasEnded = (): boolean =>
    child !== undefined && (child.exitCode !== null || child.signalCode !== null);
  while (!(await isSo()) && !hasEnded()) await sleep(10);
}

/** Processes of workers at work, from their leases. */
export function workerPids(store: string): number[] {
  const leases = join(store, 'cache', 'leases');
  return listed(leases).flatMap((name) => {
    try {
      const holder = readFileSync(join(leases, name, 'holder.json'), 'utf8');
      return (JSON.parse(holder) as { pid: number }).pid;
    } catch {
      return []; // released meanwhile
    }
  });
}

/** Folders of all results. */
export function resultFolders(store: string): string[] {
  const cache = join(store, 'cache');
  return listed(cache)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .flatMap((group) => listed(join(cache, group)).map((key) => join(cache, group, key)));
}

/** Names in a folder; none when there is none. */
export function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
