import { contentKey } from '@omnict/chat';
import { FormatError, type Generator, MissingDataError, type Question } from '@omnict/core';
import { basename } from 'node:path';
import { parseId } from '../scoring/prediction-row';
import { readJsonLines } from '../scoring/read-json-lines';

/**
 * A generator that answers from a file of `{id, prediction}`: another program's model.
 *
 * @throws MissingDataError, FormatError for the file; on generating, MissingDataError for a question
 *   that the file does not answer
 */
export async function loadPredictionsGenerator(path: string): Promise<Generator> {
  const predictions = new Map<string, string>();
  for await (const { row, where } of readJsonLines(path)) {
    const id = parseId(row, where);
    const { prediction } = row;
    if (typeof prediction !== 'string' || predictions.has(id)) {
      throw new FormatError(
        `${where}: line cannot be used; expected each id once, with a prediction as text, got id '${id}'; correct the line`,
      );
    }
    predictions.set(id, prediction);
  }
  return {
    name: basename(path),
    identity: { kind: 'predictions', digest: contentKey(Object.fromEntries(predictions)) },
    generate: (questions: readonly Question[]) =>
      Promise.resolve(
        questions.map(({ id }) => {
          const prediction = predictions.get(id);
          if (prediction !== undefined) return prediction;
          throw new MissingDataError(
            `${path}: has no prediction for question '${id}'; expected one for each; add it, or lower limit`,
          );
        }),
      ),
  };
}
