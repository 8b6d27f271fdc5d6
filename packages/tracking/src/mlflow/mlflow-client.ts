import { Artifacts } from './artifacts';
import { Experiments } from './experiments';
import { LoggedModels } from './logged-models';
import { type MlflowClientOptions, MlflowHttp } from './mlflow-http';
import { ModelRegistry } from './model-registry';
import { Runs } from './runs';

/** MLflow's REST API 2.0. The server needs no OmniCT, and the client nothing else of OmniCT. */
export class MlflowClient {
  readonly experiments: Experiments;
  readonly runs: Runs;
  readonly artifacts: Artifacts;
  readonly loggedModels: LoggedModels;
  readonly registry: ModelRegistry;
  private readonly http: MlflowHttp;

  /** `multipartBytes`: size from which on files are sent in parts, default 64 MiB. */
  constructor({ multipartBytes, ...options }: MlflowClientOptions & { multipartBytes?: number }) {
    this.http = new MlflowHttp(options);
    this.experiments = new Experiments(this.http);
    this.runs = new Runs(this.http);
    this.artifacts = new Artifacts(this.http, multipartBytes);
    this.loggedModels = new LoggedModels(this.http);
    this.registry = new ModelRegistry(this.http);
  }

  /** Version of the server. @throws MlflowError when it does not answer */
  async version(): Promise<string> {
    return String(await this.http.request<string>({ method: 'GET', url: '/version' }));
  }
}
