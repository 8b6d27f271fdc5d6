import { OmnictError } from '@omnict/core';
import { prepareImage } from './prepare-image';
import type { WorkerReply, WorkerRequest } from './worker-messages';

/** Prepares one image; what goes wrong is an answer, too. */
export async function answer({
  path,
  series,
  values,
  out,
  settings,
}: WorkerRequest): Promise<WorkerReply> {
  try {
    const read = {
      ...settings.read,
      ...(series !== undefined && { series }),
      ...(values !== undefined && { assume: values }),
    };
    return { prepared: await prepareImage(path, { out, settings: { ...settings, read } }) };
  } catch (error) {
    return { failure: failureOf(error, path) };
  }
}

/** Messages of other errors may quote a file's content: only their kind is told. */
export function failureOf(error: unknown, path: string): { code: string; message: string } {
  if (OmnictError.isInstance(error)) return { code: error.code, message: error.message };
  const name = error instanceof Error ? error.name : typeof error;
  return { code: 'OMNICT_UNEXPECTED', message: `${path}: unexpected ${name} while preparing` };
}
