import { ConfigError, type Random } from '@omnict/core';
import { CHATML } from './chat-template';
import { languageModelBundle, type LanguageModelBundle } from './language-model-folder';
import { TURN_TOKENS } from './special-tokens';
import type { JsonTokenizer } from './tokenizer/json-tokenizer';

/**
 * Adds special tokens to a vocabulary: to rows of the embedding table that no token uses first, else the
 * table, and an output matrix of its own, grow. A tokenizer without a chat template gets ChatML's too.
 *
 * Tokens that are there stay as they are; the bundle itself is returned when none is missing.
 *
 * @param random seeds the new rows' noise
 * @throws ConfigError when a token is in the vocabulary but not as a special token
 */
export function addSpecialTokens(
  bundle: LanguageModelBundle,
  tokens: readonly string[],
  random: Random,
): LanguageModelBundle {
  const { model, tokenizer } = bundle;
  const hasTemplate = tokenizer.chatTemplate !== undefined;
  const wanted = hasTemplate ? tokens : [...TURN_TOKENS, ...tokens];
  const missing = wanted.filter((token) => !isThere(tokenizer, token));
  if (missing.length === 0) return bundle;
  const first = tokenizer.vocabularySize;
  model.addTokens({ first, count: missing.length, random });
  return languageModelBundle(
    model,
    tokenizer.withSpecialTokens(missing, hasTemplate ? {} : { chatTemplate: CHATML }),
  );
}

function isThere(tokenizer: JsonTokenizer, token: string): boolean {
  const id = tokenizer.findTokenId(token);
  if (id === undefined) return false;
  if (tokenizer.isSpecial(id)) return true;
  throw new ConfigError(
    `tokenizer: '${token}' is an ordinary token (id ${id}); expected it to be absent or a special token, since text would be read as an image; mark it as special in tokenizer.json, or use another language model`,
  );
}
