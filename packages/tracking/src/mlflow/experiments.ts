import { MlflowError } from './mlflow-error';
import type { MlflowHttp } from './mlflow-http';
import { entries, type KeyValue, recordOf } from './key-values';
import { safeValues } from '../redact';
import { LIMITS } from './limits';

/** An experiment on the server. */
export interface MlflowExperiment {
  experimentId: string;
  name: string;
  artifactLocation: string;
  /** `active` or `deleted`. */
  lifecycleStage: string;
  tags: Record<string, string>;
}

/** Experiments: groups of runs. */
export class Experiments {
  constructor(private readonly http: MlflowHttp) {}

  /** Id of an experiment, made when it does not exist. @throws MlflowError also when it is deleted */
  async ensure(name: string): Promise<string> {
    const known = await this.byName(name);
    if (known !== undefined) return known.experimentId;
    try {
      return await this.create(name);
    } catch (error) {
      // Two at once: the other one made it.
      const experiment = isAlreadyThere(error) ? await this.byName(name) : undefined;
      if (experiment === undefined) throw error;
      return experiment.experimentId;
    }
  }

  /** Makes an experiment and returns its id. @throws MlflowError RESOURCE_ALREADY_EXISTS */
  async create(name: string, tags: Readonly<Record<string, string>> = {}): Promise<string> {
    const made = await this.http.post<{ experiment_id: string }>('experiments/create', {
      name,
      tags: entries(safeValues(tags, LIMITS.experimentTagLength)),
    });
    return made.experiment_id;
  }

  /** One experiment. @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async get(experimentId: string): Promise<MlflowExperiment> {
    const { experiment } = await this.http.get<{ experiment: RawExperiment }>('experiments/get', {
      experiment_id: experimentId,
    });
    return toExperiment(experiment);
  }

  /** The experiment of a name, undefined when there is none. @throws MlflowError when it is deleted */
  async byName(name: string): Promise<MlflowExperiment | undefined> {
    try {
      const { experiment } = await this.http.get<{ experiment: RawExperiment }>(
        'experiments/get-by-name',
        { experiment_name: name },
      );
      const found = toExperiment(experiment);
      if (found.lifecycleStage === 'active') return found;
    } catch (error) {
      if (error instanceof MlflowError && error.errorCode === 'RESOURCE_DOES_NOT_EXIST')
        return undefined;
      throw error;
    }
    throw new MlflowError(
      `MLflow: experiment '${name}' is deleted on the server; restore it there, or set tracking.experiment to another name`,
      { errorCode: 'INVALID_STATE', status: 0 },
    );
  }

  /** Experiments that a filter selects, newest first. @param filter for instance `name LIKE 'omnict/%'` */
  async search(filter = ''): Promise<MlflowExperiment[]> {
    const found: MlflowExperiment[] = [];
    let pageToken: string | undefined;
    do {
      const page = await this.http.post<{
        experiments?: RawExperiment[];
        next_page_token?: string;
      }>('experiments/search', {
        filter,
        max_results: LIMITS.experimentsPerPage,
        page_token: pageToken,
      });
      found.push(...(page.experiments ?? []).map(toExperiment));
      pageToken = page.next_page_token;
    } while (pageToken);
    return found;
  }
}

interface RawExperiment {
  experiment_id: string;
  name: string;
  artifact_location: string;
  lifecycle_stage: string;
  tags?: KeyValue[];
}

function toExperiment(raw: RawExperiment): MlflowExperiment {
  return {
    experimentId: raw.experiment_id,
    name: raw.name,
    artifactLocation: raw.artifact_location,
    lifecycleStage: raw.lifecycle_stage,
    tags: recordOf(raw.tags),
  };
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof MlflowError && error.errorCode === 'RESOURCE_ALREADY_EXISTS';
}
