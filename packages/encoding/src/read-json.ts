import { FormatError, MissingDataError } from '@omnict/core';
import { readFile } from 'node:fs/promises';

/** Parses a JSON file. @throws MissingDataError when it cannot be read, FormatError when it is no JSON. */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new MissingDataError(
      `${path}: cannot be read; expected a Hugging Face model folder; check the path`,
      { cause: error },
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${path}: is not JSON; the file is damaged; fetch it again`, {
      cause: error,
    });
  }
}
