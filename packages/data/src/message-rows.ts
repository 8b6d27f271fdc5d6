import { formatAnswer, FormatError, formatQuestion, type QuestionRecord } from '@omnict/core';

/** A row of the released MedEval-CT training files. */
export interface MessageRow {
  messages: readonly { role: 'user' | 'assistant'; content: string }[];
  image: string;
}

const PLACEHOLDERS =
  /^<\|image([23])d_start\|><\|image\1d\|><\|image\1d_end\|>\n(?:<\|organ_start\|><\|mask\1d\|><\|organ_end\|>\n)?/;

/** Writes a record as a released row, image and organ placeholders first, a dialogue turn by turn. */
export function toMessageRow(record: QuestionRecord): MessageRow {
  const d = record.modality === 'slice' ? '2d' : '3d';
  const prefix = `<|image${d}_start|><|image${d}|><|image${d}_end|>\n<|organ_start|><|mask${d}|><|organ_end|>\n`;
  const turns = [
    ...(record.history ?? []),
    { question: formatQuestion(record), answer: formatAnswer(record) },
  ];
  return {
    messages: turns.flatMap(({ question, answer }, index) => [
      { role: 'user' as const, content: (index === 0 ? prefix : '') + question },
      { role: 'assistant' as const, content: answer },
    ]),
    image: record.image,
  };
}

/**
 * Reads a released row: the last user turn is the question, earlier ones its history. What the row
 * does not tell (organ, category, split) is taken from `defaults`.
 *
 * @throws FormatError when the row is not user and assistant turns behind an image placeholder
 */
export function fromMessageRow(
  row: MessageRow,
  defaults: Pick<QuestionRecord, 'id' | 'organ' | 'taskType' | 'category' | 'source' | 'split'>,
): QuestionRecord {
  const placeholder = PLACEHOLDERS.exec(row.messages[0]?.content ?? '');
  const alternate = row.messages.every(
    ({ role }, index) => role === (index % 2 === 0 ? 'user' : 'assistant'),
  );
  if (placeholder === null || !alternate || row.messages.length % 2 === 1) {
    throw new FormatError(
      `message row '${defaults.id}': expected user and assistant turns, the first with image placeholders; got ${row.messages.length} turns${placeholder === null ? ' without placeholders' : ''}; correct the row`,
    );
  }
  const contents = row.messages.map(({ content }, index) =>
    index === 0 ? content.slice(placeholder[0].length) : content,
  );
  const turns = Array.from({ length: contents.length / 2 }, (_, turn) => ({
    question: contents[2 * turn] as string,
    answer: contents[2 * turn + 1] as string,
  }));
  const history = turns.slice(0, -1);
  return {
    ...defaults,
    image: row.image,
    modality: placeholder[1] === '2' ? 'slice' : 'volume',
    ...(history.length === 0 ? {} : { history }),
    ...(turns.at(-1) as (typeof turns)[number]),
  };
}
