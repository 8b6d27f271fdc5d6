import type { MlflowClient } from '../mlflow/mlflow-client';
import { MlflowError } from '../mlflow/mlflow-error';
import type { MlflowRun } from '../mlflow/runs';
import type { RunHeader } from './journal-event';

/** Tag by which a journal's run is found again on the server. */
export const RUN_KEY_TAG = 'omnict.run_key';

/** The run of a journal on the server, made when it is not there. @throws MlflowError */
export async function findOrCreateRun(
  header: RunHeader,
  client: MlflowClient,
): Promise<{ run: MlflowRun; isNew: boolean }> {
  const experimentId = await client.experiments.ensure(header.experiment);
  const find = async (value: string): Promise<MlflowRun | undefined> => {
    const found = await client.runs.withTag(experimentId, { key: RUN_KEY_TAG, value });
    return found.sort((a, b) => Object.keys(b.tags).length - Object.keys(a.tags).length)[0];
  };
  const known = await find(header.runKey);
  if (known !== undefined) return { run: known, isNew: false };
  const tags: Record<string, string> = {
    [RUN_KEY_TAG]: header.runKey,
    'mlflow.runName': header.name,
  };
  if (header.parentRunKey !== undefined) {
    const parent = await find(header.parentRunKey);
    if (parent === undefined) {
      throw new MlflowError(
        `MLflow: parent run '${header.parentRunKey}' is not on the server; synchronize it first`,
        { errorCode: 'PARENT_MISSING', status: 0 },
      );
    }
    tags['mlflow.parentRunId'] = parent.runId;
  }
  const runId = await client.runs.create(experimentId, header.startTime, tags);
  return { run: await client.runs.get(runId), isNew: true };
}

/**
 * Deletes other runs of the same key. A request to make a run may reach a slow server after the client
 * has given it up and made another: the late one stays empty.
 */
export async function deleteTwins(run: MlflowRun, client: MlflowClient): Promise<void> {
  const value = run.tags[RUN_KEY_TAG] ?? '';
  const found = await client.runs.withTag(run.experimentId, { key: RUN_KEY_TAG, value });
  for (const { runId } of found) if (runId !== run.runId) await client.runs.delete(runId);
}
