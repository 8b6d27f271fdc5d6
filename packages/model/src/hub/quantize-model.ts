import {
  type AnswerPrecision,
  quantizeLanguageModel,
  resolveLanguageModelFolder,
} from '@omnict/llm';
import { existsSync } from 'node:fs';
import { languageModelFolder, resolveModelFolder } from '../model-folder';

/**
 * Rounds the language model of a trained model, of a pulled one or of a folder to int8 or int4, once, so that
 * answering in that precision need not do it again.
 *
 * @returns the folder with the rounded model, inside of the model's own
 * @throws ConfigError when there is no such model, or none that this works for; errors of its files
 */
export function quantizeModel(
  nameOrFolder: string,
  { precision }: { precision: Extract<AnswerPrecision, 'int8' | 'int4'> },
): Promise<string> {
  const folder = languageModelFolder(resolveModelFolder(nameOrFolder));
  return quantizeLanguageModel(
    existsSync(folder) ? folder : resolveLanguageModelFolder(nameOrFolder),
    { weights: precision },
  );
}
