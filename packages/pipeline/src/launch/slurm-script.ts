import { ConfigError } from '@omnict/core';
import { join } from 'node:path';
import { OUTPUT_FILE, TASK_FILE } from '../execute/task-file';
import type { Resources, SlurmProfile } from '../spec/profile-schema';
import type { Job } from './launcher';
import { secretsOf, workerEnvironment } from './worker-environment';

/** What one array job is made of. */
export interface SlurmArray {
  name: string;
  jobs: readonly Job[];
  profile: SlurmProfile;
  maxParallel: number;
  entry: readonly string[];
}

const MB_PER_GB = 1000;

/**
 * Batch script of an array job, one element a job. Node takes the batch shell's place, so that the
 * signal before the time limit reaches it.
 *
 * @throws ConfigError when a line of it would become two, or a variable has no name
 */
export function slurmScript({ name, jobs, profile, maxParallel, entry }: SlurmArray): string {
  const [first] = jobs;
  const { resources } = first as Job;
  const environment = workerEnvironment({
    threads: resources.cpus ?? 1,
    gpus: 'scheduler',
    declared: { ...profile.environment, ...(first as Job).task.environment },
  });
  // A script is a file in the store: the scheduler passes secrets on by their names.
  const secrets = secretsOf(environment);
  const command = ['node', ...entry].map(quoted).join(' ');
  return `${[
    '#!/bin/bash',
    ...options({ name, resources, profile, secrets }).map((option) => `#SBATCH ${oneLine(option)}`),
    `#SBATCH --array=0-${jobs.length - 1}%${maxParallel}`,
    `folders=(${jobs.map(({ folder }) => quoted(folder)).join(' ')})`,
    `folder=\${folders[$SLURM_ARRAY_TASK_ID]}`,
    `exec >>"$folder/${OUTPUT_FILE}" 2>&1`,
    ...Object.entries(environment)
      .filter(([key]) => !secrets.includes(key))
      .map(([key, value]) => `export ${variable(key)}=${quoted(value)}`),
    ...profile.setup.map(oneLine),
    `exec ${command} "$folder/${TASK_FILE}"`,
  ].join('\n')}\n`;
}

interface JobOptions {
  name: string;
  resources: Resources;
  profile: SlurmProfile;
  /** Names of variables that jobs get from the environment of the submission. */
  secrets: readonly string[];
}

function options({ name, resources, profile, secrets }: JobOptions): string[] {
  const { cpus, memoryGb: memory, gpus = 0, timeMinutes: minutes } = resources;
  const { partition, account, qos, graceSeconds: grace } = profile;
  return [
    `--job-name=${name}`,
    '--output=/dev/null',
    `--export=${secrets.length === 0 ? 'NIL' : secrets.map(variable).join(',')}`,
    '--requeue',
    '--open-mode=append',
    `--signal=B:USR2@${grace}`,
    ...(cpus === undefined ? [] : [`--cpus-per-task=${cpus}`]),
    ...(memory === undefined ? [] : [`--mem=${Math.ceil(memory * MB_PER_GB)}M`]),
    ...(gpus === 0 ? [] : [`--gres=gpu:${gpus}`]),
    ...(minutes === undefined ? [] : [`--time=${clock(minutes)}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    ...(qos === undefined ? [] : [`--qos=${qos}`]),
    ...profile.options,
  ];
}

/** Checked here too: profiles come from other programs as well, and names from users' modules. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- exactly those are refused
  if (!/[\u0000-\u001f\u007f]/.test(text)) return text;
  throw new ConfigError(
    `slurm launcher: ${JSON.stringify(text)} has control characters; expected one line; correct the profile or the stage's name`,
  );
}

function variable(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new ConfigError(
    `slurm launcher: ${JSON.stringify(name)} is no name of a variable; expected letters, digits and _; correct the profile's environment`,
  );
}

/** Slurm's `minutes:seconds`. */
function clock(minutes: number): string {
  const seconds = Math.ceil(minutes * 60);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A word for the shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Path of a script in a folder. */
export function scriptPath(folder: string, name: string): string {
  return join(folder, `${name}.sh`);
}
