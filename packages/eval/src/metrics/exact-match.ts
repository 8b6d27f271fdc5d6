import { normalizeAnswer } from './token-f1';

/** True when both texts are equal after SQuAD's normalization. */
export function exactMatch(prediction: string, reference: string): boolean {
  return normalizeAnswer(prediction) === normalizeAnswer(reference);
}
