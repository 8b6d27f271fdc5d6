import { readFile } from 'node:fs/promises';
import { FormatError } from '../errors/format-error';
import { MissingDataError } from '../errors/missing-data-error';

/** Parses a JSON file of a checkpoint's folder. @throws MissingDataError when it cannot be read, FormatError when it is no JSON. */
export async function readConfigJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new MissingDataError(
      `${path}: cannot be read; expected a Hugging Face model folder; check the path`,
      { cause: error },
    );
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${path}: is not JSON; the file is damaged; fetch it again`, {
      cause: error,
    });
  }
}
