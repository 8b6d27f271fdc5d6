import type { CurationOptions, CurationServer } from '@omnict/data';
import { ConfigError, schemaCheck } from '@omnict/core';
import { dirname, resolve } from 'node:path';
import {
  mergeDeep,
  type PlainObject,
  readSpecSource,
  schemaProblems,
  type SpecSource,
} from '@omnict/pipeline';
import type { Secrets } from '../evaluation/open-generator';
import { CurationSchema, type CurationServerSpec, type CurationSpec } from './curation-schema';

const validate = schemaCheck<CurationSpec>(CurationSchema, { fillDefaults: true });

/** What the command line says beside a spec, in the spec's own words. */
export type CurationFlags = PlainObject;

/**
 * Reads a curation spec; what the command line says outranks it. Paths of the spec are relative to
 * it, those of the command line to the working directory.
 *
 * @param file left out when the command line says everything
 * @throws ConfigError with all problems at once; MissingDataError for an unreadable file
 */
export function readCurationSpec(
  file: string | undefined,
  flags: CurationFlags = {},
): CurationSpec {
  const source: SpecSource =
    file === undefined
      ? { value: { schema: 'omnict/curation@1' }, locate: () => 'command line', problems: [] }
      : readSpecSource(file);
  const base = file === undefined ? '.' : dirname(file);
  const own = { ...source.value };
  for (const key of ['records', 'out']) {
    if (typeof own[key] === 'string') own[key] = resolve(base, own[key]);
  }
  const value: unknown = structuredClone(mergeDeep(own, flags));
  if (!validate(value)) {
    const problems = schemaProblems(validate.errors, source);
    throw new ConfigError([...new Set(problems)].join('\n'));
  }
  return value;
}

/**
 * A spec as the engine takes it.
 *
 * @param secret looks up the key of a server by the variable that is named; keys come from nowhere else
 * @throws ConfigError when a named variable is not set
 */
export function curationOptions(spec: CurationSpec, secret: Secrets): CurationOptions {
  const { records, out, stages, seed, select, verify, map, refine, server } = spec;
  const both = server === undefined ? undefined : connection(server, secret);
  const own = (override: CurationServerSpec | undefined): CurationServer | undefined =>
    override === undefined ? both : connection(override, secret);
  return {
    records,
    out,
    stages,
    seed,
    select,
    verify,
    map,
    refine,
    vision: own(spec.visionServer),
    text: own(spec.textServer),
  };
}

function connection(server: CurationServerSpec, secret: Secrets): CurationServer {
  const { url, model, repairs, concurrency, budget, price } = server;
  const name = server.apiKeyEnv;
  const apiKey = name === undefined ? undefined : secret(name, url);
  if (name !== undefined && (apiKey === undefined || apiKey === '')) {
    throw new ConfigError(
      `environment: ${name} is not set; expected the API key of ${url}; export it, or leave apiKeyEnv out`,
    );
  }
  return {
    url,
    model,
    apiKey,
    repairs,
    concurrency,
    budget,
    price,
    pinnedModel: server.pinnedModel,
    timeoutMs: 1000 * server.timeoutSeconds,
    retry: { maxAttempts: server.maxAttempts },
    rate: {
      requestsPerMinute: server.requestsPerMinute,
      tokensPerMinute: server.tokensPerMinute,
    },
  };
}
