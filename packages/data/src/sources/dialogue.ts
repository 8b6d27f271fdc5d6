import { RowError } from '../problem';
import type { RecordDraft } from './source-adapter';
import type { Turn } from './row-fields';

/**
 * A conversation as one record: the last exchange is question and answer, earlier ones its history.
 *
 * @throws RowError when a turn is blank
 */
export function dialogueDraft(
  turns: readonly Turn[],
): Pick<RecordDraft, 'question' | 'answer' | 'history'> {
  if (turns.some(({ value }) => value === '')) {
    throw new RowError('missing-field', 'a turn is blank; expected text; correct the row');
  }
  const exchanges = Array.from({ length: turns.length / 2 }, (_, i) => ({
    question: (turns[2 * i] as Turn).value,
    answer: (turns[2 * i + 1] as Turn).value,
  }));
  const history = exchanges.slice(0, -1);
  const last = exchanges.at(-1) as (typeof exchanges)[number];
  return history.length === 0 ? last : { ...last, history };
}
