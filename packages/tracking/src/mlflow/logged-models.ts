import { safeValues } from '../redact';
import { entries, type KeyValue, recordOf } from './key-values';
import { LIMITS } from './limits';
import { isMissing, MlflowError } from './mlflow-error';
import type { MlflowHttp } from './mlflow-http';

/** A model that a run made, on the server. */
export interface LoggedModel {
  modelId: string;
  name: string;
  /** `LOGGED_MODEL_PENDING`, `LOGGED_MODEL_READY` or `LOGGED_MODEL_UPLOAD_FAILED`. */
  status: string;
  artifactUri: string;
  sourceRunId: string | undefined;
  params: Record<string, string>;
  tags: Record<string, string>;
}

/** What a model is logged with. */
export interface LoggedModelOptions {
  experimentId: string;
  name: string;
  /** Run that made it. */
  sourceRunId?: string;
  /** Kind of model, for instance `omnict`. */
  modelType?: string;
  params?: Readonly<Record<string, string>>;
  tags?: Readonly<Record<string, string>>;
}

/** Logged models: MLflow 3 and newer; older servers have none. */
export class LoggedModels {
  private supported: boolean | undefined;

  constructor(private readonly http: MlflowHttp) {}

  /** Whether the server knows logged models; asked once. @param experimentId any that exists */
  async isSupported(experimentId: string): Promise<boolean> {
    this.supported ??= await this.search([experimentId]).then(
      () => true,
      (error: unknown) => {
        if (isMissing(error)) return false;
        throw error;
      },
    );
    return this.supported;
  }

  /** Starts a model: upload its files to {@link LoggedModel.artifactUri}, then finish it. */
  async create({
    experimentId,
    name,
    sourceRunId,
    modelType,
    params = {},
    tags = {},
  }: LoggedModelOptions): Promise<LoggedModel> {
    try {
      const { model } = await this.http.post<{ model: RawModel }>('logged-models', {
        experiment_id: experimentId,
        name,
        model_type: modelType,
        source_run_id: sourceRunId,
        params: entries(safeValues(params, LIMITS.paramValueLength)),
        tags: entries(safeValues(tags, LIMITS.tagValueLength)),
      });
      return toModel(model);
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new MlflowError(
        'MLflow: the server knows no logged models; expected MLflow 3 or newer; update it, or log the files as artifacts of the run',
        { errorCode: 'UNSUPPORTED', status: error.status, cause: error },
      );
    }
  }

  /** Says that all files are there, or that they never will be. */
  async finish(modelId: string, isReady: boolean): Promise<LoggedModel> {
    const status = isReady ? 'LOGGED_MODEL_READY' : 'LOGGED_MODEL_UPLOAD_FAILED';
    const { model } = await this.http.request<{ model: RawModel }>({
      method: 'PATCH',
      url: `/api/2.0/mlflow/logged-models/${encodeURIComponent(modelId)}`,
      data: { model_id: modelId, status },
    });
    return toModel(model);
  }

  /** One model. @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async get(modelId: string): Promise<LoggedModel> {
    const { model } = await this.http.get<{ model: RawModel }>(
      `logged-models/${encodeURIComponent(modelId)}`,
      {},
    );
    return toModel(model);
  }

  /** Models of experiments. @param filter for instance `name = 'omnict'` */
  async search(experimentIds: readonly string[], filter = ''): Promise<LoggedModel[]> {
    const { models = [] } = await this.http.post<{ models?: RawModel[] }>('logged-models/search', {
      experiment_ids: experimentIds,
      filter,
    });
    return models.map(toModel);
  }
}

interface RawModel {
  info: {
    model_id: string;
    name: string;
    status: string;
    artifact_uri: string;
    source_run_id?: string;
    tags?: KeyValue[];
  };
  data?: { params?: KeyValue[] };
}

function toModel({ info, data }: RawModel): LoggedModel {
  return {
    modelId: info.model_id,
    name: info.name,
    status: info.status,
    artifactUri: info.artifact_uri,
    sourceRunId: info.source_run_id === '' ? undefined : info.source_run_id,
    params: recordOf(data?.params),
    tags: recordOf(info.tags),
  };
}
