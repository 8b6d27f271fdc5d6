import { type DatasetInput, pathInside, type RunStatus } from '@omnict/core';
import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import { RUN_KEY_TAG } from './journal/find-run';
import { fileOfJournal } from './journal/file-of-journal';
import type { JournalEvent, RunHeader } from './journal/journal-event';
import { journalEvents } from './journal/read-journal';

/** Numbers by which MLflow's FileStore names the states of a run. */
const STATUS: Readonly<Record<RunStatus | 'RUNNING', number>> = {
  RUNNING: 1,
  FINISHED: 3,
  FAILED: 4,
  KILLED: 5,
};

/** MLflow's code for a run that was started by a script. */
const SOURCE_LOCAL = 4;

/**
 * Writes journals as a folder in the layout of MLflow's FileStore, for machines that never reach a
 * server. `mlflow migrate-filestore` takes it into a database. Ids come from run keys, so that exporting
 * again gives the same runs.
 *
 * @param folders of journals @param out for instance `mlruns`; runs in it that are exported again are replaced
 * @param filesIn folder that artifacts and models lie in; default: anywhere
 * @returns number of runs
 */
export function exportMlruns(folders: readonly string[], out: string, filesIn?: string): number {
  let count = 0;
  for (const folder of folders) if (exportRun(folder, resolve(out), filesIn)) count++;
  return count;
}

function exportRun(folder: string, out: string, filesIn: string | undefined): boolean {
  let header: RunHeader | undefined;
  let end: { status: RunStatus; endTime: number } | undefined;
  let files: RunFiles | undefined;
  for (const { event } of journalEvents(folder)) {
    if (event.type === 'run' && header === undefined) {
      header = event;
      files = new RunFiles(out, event);
    } else if (event.type === 'end') end = event;
    else files?.add(event, (file) => fileOfJournal(folder, file, filesIn));
  }
  if (header === undefined || files === undefined) return false;
  files.finish(header, end);
  return true;
}

/** One run's folder in the store. */
class RunFiles {
  private readonly experiment: string;
  private readonly path: string;
  private readonly runId: string;
  private readonly experimentId: string;
  private readonly params = new Map<string, string>();
  private readonly tags = new Map<string, string>();

  constructor(out: string, header: RunHeader) {
    this.experimentId = experimentIdOf(header.experiment);
    this.runId = runIdOf(header.runKey);
    this.experiment = join(out, this.experimentId);
    this.path = join(this.experiment, this.runId);
    rmSync(this.path, { recursive: true, force: true });
    for (const part of ['params', 'metrics', 'tags', 'artifacts']) {
      mkdirSync(join(this.path, part), { recursive: true });
    }
    this.tags.set('mlflow.runName', header.name);
    this.tags.set(RUN_KEY_TAG, header.runKey);
    if (header.parentRunKey !== undefined) {
      this.tags.set('mlflow.parentRunId', runIdOf(header.parentRunKey));
    }
    writeYaml(join(this.experiment, 'meta.yaml'), {
      artifact_location: pathToFileURL(this.experiment).href,
      creation_time: header.startTime,
      experiment_id: this.experimentId,
      last_update_time: header.startTime,
      lifecycle_stage: 'active',
      name: header.experiment,
    });
  }

  add(event: JournalEvent, sourceOf: (file: string) => string): void {
    if (event.type === 'params') {
      for (const [key, value] of Object.entries(event.params)) this.params.set(key, value);
    } else if (event.type === 'tags') {
      for (const [key, value] of Object.entries(event.tags)) this.tags.set(key, value);
    } else if (event.type === 'metrics') {
      const lines = new Map<string, string>();
      for (const { key, value, step, timestamp } of event.metrics) {
        lines.set(key, `${lines.get(key) ?? ''}${timestamp} ${pythonNumber(value)} ${step}\n`);
      }
      for (const [key, text] of lines) appendFileSync(this.fileOf('metrics', key), text);
    } else if (event.type === 'artifact') {
      const parts = ['artifacts', event.artifactPath, basename(event.file)];
      const target = pathInside(this.path, parts.filter(Boolean).join('/'));
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(sourceOf(event.file), target);
    } else if (event.type === 'model') {
      const target = pathInside(this.path, `artifacts/models/${event.name}`);
      cpSync(sourceOf(event.folder), target, { recursive: true });
    } else if (event.type === 'inputs') for (const input of event.inputs) this.addInput(input);
  }

  finish(header: RunHeader, end: { status: RunStatus; endTime: number } | undefined): void {
    for (const [key, value] of this.params) writeFileSync(this.fileOf('params', key), value);
    for (const [key, value] of this.tags) writeFileSync(this.fileOf('tags', key), value);
    writeYaml(join(this.path, 'meta.yaml'), {
      artifact_uri: pathToFileURL(join(this.path, 'artifacts')).href,
      end_time: end?.endTime ?? null,
      entry_point_name: '',
      experiment_id: this.experimentId,
      lifecycle_stage: 'active',
      run_id: this.runId,
      run_name: header.name,
      source_name: '',
      source_type: SOURCE_LOCAL,
      source_version: '',
      start_time: header.startTime,
      status: STATUS[end?.status ?? 'RUNNING'],
      tags: [],
      user_id: '',
    });
  }

  private addInput({ name, digest, sourceType, source, profile, context }: DatasetInput): void {
    const datasetId = hexOf(`${name}\n${digest}`);
    const dataset = join(this.experiment, 'datasets', datasetId);
    mkdirSync(dataset, { recursive: true });
    writeYaml(join(dataset, 'meta.yaml'), {
      digest: digest.slice(0, 36),
      name,
      profile: profile === undefined ? null : JSON.stringify(profile),
      schema: null,
      source: JSON.stringify(source),
      source_type: sourceType,
    });
    const input = join(this.path, 'inputs', hexOf(`${datasetId}\n${this.runId}`));
    mkdirSync(input, { recursive: true });
    writeYaml(join(input, 'meta.yaml'), {
      destination_id: this.runId,
      destination_type: 'RUN',
      source_id: datasetId,
      source_type: 'DATASET',
      tags: context === undefined ? {} : { 'mlflow.data.context': context },
    });
  }

  /** File of a key; slashes in it make folders. */
  private fileOf(part: 'params' | 'metrics' | 'tags', key: string): string {
    const file = pathInside(this.path, `${part}/${key}`);
    mkdirSync(dirname(file), { recursive: true });
    return file;
  }
}

/** A number as Python reads it. */
function pythonNumber(value: number | string): string {
  if (Number.isFinite(Number(value))) return String(value);
  return String(value).replace('Infinity', 'inf').toLowerCase();
}

function hexOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function runIdOf(runKey: string): string {
  return hexOf(`run\n${runKey}`);
}

/** FileStore names experiments by 18 digits. */
function experimentIdOf(name: string): string {
  const number = BigInt(`0x${hexOf(`experiment\n${name}`).slice(0, 15)}`);
  return (10n ** 17n + (number % (9n * 10n ** 17n))).toString();
}

function writeYaml(path: string, value: unknown): void {
  writeFileSync(path, stringify(value));
}
