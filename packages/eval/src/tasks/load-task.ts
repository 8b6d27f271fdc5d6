import {
  ConfigError,
  FormatError,
  MissingDataError,
  schemaCheck,
  type SchemaCheck,
  type SchemaError,
} from '@omnict/core';
import type { TSchema } from '@sinclair/typebox';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createMetrics, METRIC_NAMES } from '../scoring/metric-names';
import { shippedFolder } from '../shipped-folder';
import { type TableLayout, TableLayoutSchema, type Task, TaskSchema } from './task-schema';

const validateTask = schemaCheck<Task>(TaskSchema);
const validateTable = schemaCheck<TableLayout>(TableLayoutSchema);

/** Names of the tasks that come with this package. */
export function taskNames(): string[] {
  return shippedNames('tasks');
}

/** Names of the paper's tables that come with this package. */
export function tableNames(): string[] {
  return shippedNames('tables');
}

/**
 * A task by name, or from a YAML file.
 *
 * @throws ConfigError for an unknown name or metric; MissingDataError, FormatError for the file
 */
export function loadTask(nameOrFile: string): Task {
  const task = load('tasks', nameOrFile, validateTask);
  for (const name of [...task.columns.map(({ metric }) => metric), ...(task.metrics ?? [])]) {
    if (METRIC_NAMES.includes(name)) continue;
    createMetrics([name]); // another spelling, or an error that lists the names
  }
  return task;
}

/** A table layout by name, or from a YAML file. @throws as {@link loadTask} */
export function loadTableLayout(nameOrFile: string): TableLayout {
  return load('tables', nameOrFile, validateTable);
}

/** JSON Schemas of task and table files, for editors. */
export function taskJsonSchemas(): { task: TSchema; table: TSchema } {
  return { task: TaskSchema, table: TableLayoutSchema };
}

function load<T>(kind: 'tasks' | 'tables', nameOrFile: string, validate: SchemaCheck<T>): T {
  const isFile = /\.ya?ml$/.test(nameOrFile);
  const path = isFile ? nameOrFile : join(shippedFolder(kind), `${nameOrFile}.yaml`);
  if (!existsSync(path)) {
    if (isFile)
      throw new MissingDataError(`${path}: no such file; expected a YAML file; check the path`);
    throw new ConfigError(
      `${kind}: no such name; expected a YAML file or one of ${shippedNames(kind).join(', ')}, got '${nameOrFile}'`,
    );
  }
  const value = readYaml(path);
  if (validate(value)) return value;
  const problems = (validate.errors ?? []).map(describe).join('; ');
  throw new FormatError(`${path}: does not fit its schema: ${problems}; correct the file`);
}

function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new FormatError(`${path}: is no YAML; ${(error as Error).message}; correct the file`, {
      cause: error,
    });
  }
}

function shippedNames(kind: 'tasks' | 'tables'): string[] {
  return readdirSync(shippedFolder(kind))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

function describe({ instancePath, message, params }: SchemaError): string {
  const { additionalProperty } = params as { additionalProperty?: string };
  const detail = additionalProperty === undefined ? '' : ` (${additionalProperty})`;
  return `${instancePath.slice(1).replaceAll('/', '.') || 'the file'} ${message ?? 'does not fit'}${detail}`;
}
