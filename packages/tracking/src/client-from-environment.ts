import { ConfigError } from '@omnict/core';
import { readFileSync } from 'node:fs';
import { MlflowClient } from './mlflow/mlflow-client';
import type { MlflowClientOptions, MlflowTls } from './mlflow/mlflow-http';

/** Environment variables, as `process.env` holds them. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A client of the server that MLflow's own environment variables name, with their credentials and
 * certificates: MLFLOW_TRACKING_URI, _USERNAME, _PASSWORD, _TOKEN, _INSECURE_TLS, _SERVER_CERT_PATH,
 * _CLIENT_CERT_PATH.
 *
 * The credentials belong to the server that the environment names: where a spec names another one, it
 * gets none.
 *
 * @param environment as `process.env` @param uri of the server where something else than the environment names it
 * @param options of the client; with `isGivenByUser` the address stood on the command line, and gets credentials too
 * @returns undefined when no server is named
 * @throws ConfigError when the address is none, or a certificate cannot be read
 */
export function clientFromEnvironment(
  environment: Environment,
  uri = environment['MLFLOW_TRACKING_URI'],
  options: Partial<MlflowClientOptions> & { isGivenByUser?: boolean } = {},
): MlflowClient | undefined {
  const { isGivenByUser = false, ...rest } = options;
  if (uri === undefined || uri === '') return undefined;
  if (!/^https?:\/\/[^/]/.test(uri)) {
    throw new ConfigError(
      `tracking: server '${uri}' is no http or https address; expected for instance http://127.0.0.1:5000; set tracking.uri or MLFLOW_TRACKING_URI`,
    );
  }
  if (!isGivenByUser && !isSameServer(uri, environment['MLFLOW_TRACKING_URI'])) {
    return new MlflowClient({ uri, ...rest });
  }
  const name = environment['MLFLOW_TRACKING_USERNAME'];
  const token = environment['MLFLOW_TRACKING_TOKEN'];
  const tls = tlsOf(environment);
  return new MlflowClient({
    uri,
    ...(token === undefined ? {} : { token }),
    ...(name === undefined || token !== undefined
      ? {}
      : { username: name, password: environment['MLFLOW_TRACKING_PASSWORD'] ?? '' }),
    ...(tls === undefined ? {} : { tls }),
    ...rest,
  });
}

function isSameServer(uri: string, configured: string | undefined): boolean {
  if (configured === undefined || !URL.canParse(configured) || !URL.canParse(uri)) return false;
  return new URL(uri).origin === new URL(configured).origin;
}

function tlsOf(environment: Environment): MlflowTls | undefined {
  const server = environment['MLFLOW_TRACKING_SERVER_CERT_PATH'];
  const client = environment['MLFLOW_TRACKING_CLIENT_CERT_PATH'];
  const insecure = environment['MLFLOW_TRACKING_INSECURE_TLS'] === 'true';
  if (server === undefined && client === undefined && !insecure) return undefined;
  const both = client === undefined ? undefined : certificate(client);
  return {
    insecure,
    ...(server === undefined ? {} : { ca: certificate(server) }),
    // As with MLflow's own client, one file holds the client's certificate and its key.
    ...(both === undefined ? {} : { cert: both, key: both }),
  };
}

function certificate(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `tracking: certificate ${path} cannot be read; expected a PEM file; correct MLFLOW_TRACKING_SERVER_CERT_PATH or MLFLOW_TRACKING_CLIENT_CERT_PATH`,
      { cause: error },
    );
  }
}
