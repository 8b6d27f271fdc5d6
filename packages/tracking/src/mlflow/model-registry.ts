import { safeValues } from '../redact';
import { entries } from './key-values';
import { LIMITS } from './limits';
import { MlflowError } from './mlflow-error';
import type { MlflowHttp } from './mlflow-http';

/** A version of a registered model. */
export interface ModelVersion {
  name: string;
  version: string;
  /** Where its files lie. */
  source: string;
  runId: string | undefined;
  status: string;
  aliases: string[];
}

/** What a version is made from. */
export interface ModelVersionOptions {
  /** Where its files lie, for instance `models:/<model id>` or a run's artifact URI. */
  source: string;
  runId?: string;
  /** Logged model it comes from. */
  modelId?: string;
  tags?: Readonly<Record<string, string>>;
}

/** The registry: names under which versions of models are found. */
export class ModelRegistry {
  constructor(private readonly http: MlflowHttp) {}

  /** Makes a registered model; one of that name may exist. */
  async ensure(name: string): Promise<void> {
    try {
      await this.http.post('registered-models/create', { name });
    } catch (error) {
      if (!(error instanceof MlflowError) || error.errorCode !== 'RESOURCE_ALREADY_EXISTS')
        throw error;
    }
  }

  /** Adds a version to a registered model. */
  async createVersion(
    name: string,
    { source, runId, modelId, tags = {} }: ModelVersionOptions,
  ): Promise<ModelVersion> {
    const { model_version: version } = await this.http.post<{ model_version: RawVersion }>(
      'model-versions/create',
      {
        name,
        source,
        run_id: runId,
        model_id: modelId,
        tags: entries(safeValues(tags, LIMITS.tagValueLength)),
      },
    );
    return toVersion(version);
  }

  /** Versions of a registered model, newest first. */
  async versions(name: string): Promise<ModelVersion[]> {
    const { model_versions: found = [] } = await this.http.get<{ model_versions?: RawVersion[] }>(
      'model-versions/search',
      { filter: `name='${name.replaceAll("'", '')}'` },
    );
    return found.map(toVersion).sort((a, b) => Number(b.version) - Number(a.version));
  }

  /** Gives a version a name of its own, such as `best`; it is taken from the version that had it. */
  async setAlias(name: string, alias: string, version: string): Promise<void> {
    await this.http.post('registered-models/alias', { name, alias, version });
  }

  /** The version that has an alias. @throws MlflowError when none has */
  async byAlias(name: string, alias: string): Promise<ModelVersion> {
    const { model_version: version } = await this.http.get<{ model_version: RawVersion }>(
      'registered-models/alias',
      { name, alias },
    );
    return toVersion(version);
  }
}

interface RawVersion {
  name: string;
  version: string;
  source: string;
  run_id?: string;
  status: string;
  aliases?: string[];
}

function toVersion({
  name,
  version,
  source,
  run_id: runId,
  status,
  aliases = [],
}: RawVersion): ModelVersion {
  return { name, version, source, runId: runId === '' ? undefined : runId, status, aliases };
}
