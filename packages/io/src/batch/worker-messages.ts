import type { Assumption } from '../hounsfield';
import type { PreparedImage, PrepareSettings } from './prepare-image';

/** What a worker is asked to do. */
export interface WorkerRequest {
  path: string;
  series: string | undefined;
  /** What the image's values are, where a record says it. */
  values: Assumption | undefined;
  out: string;
  settings: PrepareSettings;
}

/** What it answers: errors cross threads as their code and message. */
export type WorkerReply =
  { prepared: PreparedImage } | { failure: { code: string; message: string } };
