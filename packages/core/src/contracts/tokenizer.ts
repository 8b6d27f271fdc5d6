/** Text to token ids and back. */
export interface Tokenizer {
  /** Number of ids, special tokens included: the model's vocabulary must be at least as large. */
  readonly vocabularySize: number;
  encode(text: string): number[];
  decode(ids: readonly number[], options?: { skipSpecialTokens?: boolean }): string;
  /** Id of a token given by its exact text. Throws MissingDataError when there is none. */
  tokenId(token: string): number;
}
