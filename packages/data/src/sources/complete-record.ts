import { RowError } from '../problem';
import type { QuestionRecord } from '@omnict/core';
import { checkRecord } from '../records-file';
import { mapCategory } from '../taxonomy/category-rules';
import { mapOrgan } from '../taxonomy/organ-rules';
import { mapTaskType } from '../taxonomy/task-type-rules';
import { decodeEntities } from './html-entities';
import type { RecordDraft } from './source-adapter';

/**
 * A draft as a record: organ, task type and category by the taxonomy's rules where the source does
 * not say; what it does say is listed in `stated`. The organ is looked for in the question, then the
 * answer, the source's hint, the options.
 *
 * @throws RowError when the result is no valid record
 */
export function completeRecord(
  draft: Omit<RecordDraft, 'image'> & { image: string },
  place: Pick<QuestionRecord, 'id' | 'source' | 'split'>,
): QuestionRecord {
  const { organHint, organ, taskType: told, category, ...rest } = draft;
  const question = decodeEntities(draft.question);
  const answer = decodeEntities(draft.answer);
  const options = draft.options?.map(decodeEntities);
  const history = draft.history?.map((turn) => ({
    ...turn,
    question: decodeEntities(turn.question),
    answer: decodeEntities(turn.answer),
  }));
  const text = {
    question,
    answer,
    ...(options === undefined ? {} : { options }),
    ...(history === undefined ? {} : { history }),
  };
  const taskType = told ?? mapTaskType(text).value;
  const stated = (['organ', 'category', 'taskType'] as const).filter(
    (field) => draft[field] !== undefined,
  );
  const parsed = checkRecord({
    ...rest,
    ...text,
    organ: organ ?? mapOrgan(question, answer, organHint, options?.join(', ')).value,
    taskType,
    category: category ?? mapCategory({ question, taskType }).value,
    ...(stated.length > 0 && { stated }),
    ...place,
  });
  if ('problem' in parsed) throw new RowError(parsed.kind, parsed.problem);
  return parsed.record;
}
