/**
 * Run journal and MLflow REST client.
 *
 * @module @omnict/tracking
 */
export type { JournalEvent, RunHeader } from './journal/journal-event';
export { RunJournal } from './journal/journal';
export { JOURNAL_FILE, journalEvents, readJournal } from './journal/read-journal';
export { JournalFlusher } from './journal/flusher';
export { lockFolder, type Release } from './journal/lock-folder';
export { RUN_KEY_TAG } from './journal/find-run';
export { JournalSync, syncJournal, type SyncResult } from './journal/sync';
export { exportMlruns } from './export-mlruns';
export { SystemMetrics } from './system-metrics';
export { redactJson, redactText } from './redact';
export {
  hasMlflow,
  type MlflowServer,
  type MlflowServerOptions,
  startMlflowServer,
} from './mlflow-server';
export { LIMITS } from './mlflow/limits';
export { MlflowClient } from './mlflow/mlflow-client';
export { MlflowError } from './mlflow/mlflow-error';
export type { MlflowClientOptions, MlflowTls } from './mlflow/mlflow-http';
export { clientFromEnvironment } from './client-from-environment';
export type { ArtifactInfo, ArtifactPlace } from './mlflow/artifacts';
export type { MlflowExperiment } from './mlflow/experiments';
export type { LoggedModel, LoggedModelOptions } from './mlflow/logged-models';
export type { ModelVersion, ModelVersionOptions } from './mlflow/model-registry';
export type { MlflowRun } from './mlflow/runs';
export type { RunBatch } from './mlflow/run-batch';
