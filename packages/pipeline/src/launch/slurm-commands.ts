import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A state of an array's element, and why. */
export interface SlurmState {
  state: string;
  reason: string;
}

/** Seconds a command of Slurm may take: controllers under load are slow. */
const TIMEOUT_MS = 60_000;

/** Runs a command of Slurm. @returns what it printed; throws the command's own error */
export async function slurm(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(command, [...args], {
    timeout: TIMEOUT_MS,
    maxBuffer: 2 ** 28,
    env: { ...process.env, SLURM_TIME_FORMAT: 'standard' },
  });
  return stdout.trim();
}

/**
 * States of the elements of arrays, by `<array>_<index>`: from the queue, then from accounting, then
 * from the controller's memory. What none of them knows is absent.
 */
export async function slurmStates(arrays: readonly string[]): Promise<Map<string, SlurmState>> {
  const states = new Map<string, SlurmState>();
  if (arrays.length === 0) return states;
  // One array at a time: squeue answers with an error when it has forgotten any of those asked for.
  for (const array of arrays) {
    for (const [id, state] of await queueStates(array)) states.set(id, state);
    if ([...states.keys()].some((id) => id.startsWith(`${array}_`))) continue;
    const others = (await accountingStates(array)) ?? (await controllerStates(array));
    for (const [id, state] of others) states.set(id, state);
  }
  return states;
}

/** Array of a job name; undefined when the queue has none. */
export async function findArray(name: string): Promise<string | undefined> {
  const text = await slurm('squeue', [
    '--noheader',
    '--states=all',
    `--name=${name}`,
    '--format=%F',
  ]).catch(() => '');
  return text.split('\n')[0]?.trim() || undefined;
}

async function queueStates(array: string): Promise<[string, SlurmState][]> {
  const text = await slurm('squeue', [
    '--noheader',
    '--array',
    '--states=all',
    `--jobs=${array}`,
    '--format=%F|%K|%T|%r',
  ]).catch(() => '');
  return lines(text).map((line) => {
    const [job = '', index = '', state = '', reason = ''] = line.split('|');
    return [`${job}_${index}`, { state, reason }];
  });
}

/** Null when there is no accounting. */
async function accountingStates(array: string): Promise<[string, SlurmState][] | null> {
  const text = await slurm('sacct', ['-X', '-P', '-n', '-j', array, '--format=JobID,State']).catch(
    () => null,
  );
  if (text === null || text === '') return null;
  return lines(text).map((line) => {
    const [id = '', state = ''] = line.split('|');
    return [id, { state: state.split(' ')[0] ?? '', reason: '' }];
  });
}

async function controllerStates(array: string): Promise<[string, SlurmState][]> {
  const text = await slurm('scontrol', ['-o', 'show', 'job', array]).catch(() => '');
  return lines(text).flatMap((line): [string, SlurmState][] => {
    const field = (name: string): string => new RegExp(`\\b${name}=(\\S+)`).exec(line)?.[1] ?? '';
    const index = field('ArrayTaskId');
    if (!/^\d+$/.test(index)) return [];
    return [[`${array}_${index}`, { state: field('JobState'), reason: field('Reason') }]];
  });
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
