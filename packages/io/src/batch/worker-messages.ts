import type { PreparedImage, PrepareSettings } from './prepare-image';

/** What a worker is asked to do. */
export interface WorkerRequest {
  path: string;
  series: string | undefined;
  out: string;
  settings: PrepareSettings;
}

/** What it answers: errors cross threads as their code and message. */
export type WorkerReply =
  { prepared: PreparedImage } | { failure: { code: string; message: string } };
