export { JOURNAL_FILE, readJournal, RunJournal } from './journal';
export type { JournalEvent, RunHeader } from './journal-event';
export { LIMITS } from './limits';
export { MlflowClient, type MlflowClientOptions, type MlflowRun } from './mlflow-client';
export { MlflowError } from './mlflow-error';
export { RUN_KEY_TAG, syncJournal, type SyncResult } from './sync';
