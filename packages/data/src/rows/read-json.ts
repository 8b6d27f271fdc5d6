import { JsonElements } from './json-elements';
import { readJsonLines } from './read-json-lines';
import { parseJsonRow, type RowOrProblem } from './source-row';
import { textBytes } from './text-bytes';

/**
 * Rows of a JSON file: elements of its array, or of the arrays in its outer object. Never more than
 * one row and one chunk in memory. JSON Lines under the name `.json` are read as such.
 *
 * @throws MissingDataError when it cannot be read; FormatError when it holds no array
 */
export async function* readJson(file: string): AsyncGenerator<RowOrProblem> {
  if (await holdsJsonLines(file)) {
    yield* readJsonLines(file);
    return;
  }
  const elements = new JsonElements(file);
  let line = 1;
  for await (const chunk of textBytes(file)) {
    for (const { bytes, ...place } of elements.push(chunk)) {
      line = place.line;
      yield parseJsonRow(bytes, { file, ...place });
    }
  }
  for (const { bytes, ...place } of elements.end()) yield parseJsonRow(bytes, { file, ...place });
  if (!elements.isBalanced) {
    const message =
      'brackets or quotes are not closed behind this row; expected a whole JSON file; rows may be missing: fetch or correct it';
    yield { problem: { file, line, kind: 'syntax', message } };
  }
}

/** True when the first line is an object and the second begins one. */
async function holdsJsonLines(file: string): Promise<boolean> {
  for await (const chunk of textBytes(file)) {
    const [first = '', ...rest] = chunk.toString('utf8').trimStart().split('\n');
    if (!first.startsWith('{') || !rest.join('\n').trimStart().startsWith('{')) return false;
    try {
      JSON.parse(first);
      return true;
    } catch {
      return false;
    }
  }
  return false;
}
