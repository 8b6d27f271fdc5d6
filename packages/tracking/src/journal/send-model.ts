import type { ModelOutput } from '@omnict/core';
import type { LoggedModel } from '../mlflow/logged-models';
import type { MlflowClient } from '../mlflow/mlflow-client';
import type { MlflowRun } from '../mlflow/runs';

interface Destination {
  run: MlflowRun;
  client: MlflowClient;
}

/**
 * Brings a model to the server: as a logged model, registered where it has a name for that. A server
 * without logged models gets its files as artifacts of the run. Doing it again changes nothing.
 *
 * @param folder of its files
 */
export async function sendModel(
  output: ModelOutput,
  folder: string,
  { run, client }: Destination,
): Promise<void> {
  if (!(await client.loggedModels.isSupported(run.experimentId))) {
    await client.artifacts.uploadFolder(run, `models/${output.name}`, folder);
    return;
  }
  const { modelId } = await ready(output, folder, { run, client });
  const { registeredName } = output;
  if (registeredName === undefined) return;
  await client.registry.ensure(registeredName);
  const source = `models:/${modelId}`;
  const versions = await client.registry.versions(registeredName);
  if (versions.some((version) => version.source === source)) return;
  await client.registry.createVersion(registeredName, { source, runId: run.runId, modelId });
}

async function ready(
  { name, modelType, params }: ModelOutput,
  folder: string,
  { run: { experimentId, runId }, client: { loggedModels, artifacts } }: Destination,
): Promise<LoggedModel> {
  const ours = (await loggedModels.search([experimentId], `name = '${name}'`)).filter(
    ({ sourceRunId }) => sourceRunId === runId,
  );
  const finished = ours.find(({ status }) => status === 'LOGGED_MODEL_READY');
  if (finished !== undefined) return finished;
  const model =
    ours.find(({ status }) => status === 'LOGGED_MODEL_PENDING') ??
    (await loggedModels.create({
      experimentId,
      name,
      modelType,
      sourceRunId: runId,
      ...(params !== undefined && { params }),
    }));
  await artifacts.uploadFolder(model, '', folder);
  return loggedModels.finish(model.modelId, true);
}
