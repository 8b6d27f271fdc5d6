import { FormatError } from '@omnict/nn';
import { formatAnswer, formatQuestion } from './question-text';
import type { QuestionRecord } from './record';

/** A row of the released MedEval-CT training files. */
export interface MessageRow {
  messages: readonly { role: 'user' | 'assistant'; content: string }[];
  image: string;
}

const PLACEHOLDERS =
  /^<\|image([23])d_start\|><\|image\1d\|><\|image\1d_end\|>\n(?:<\|organ_start\|><\|mask\1d\|><\|organ_end\|>\n)?/;

/** Writes a record as a released row, image and organ placeholders first. */
export function toMessageRow(record: QuestionRecord): MessageRow {
  const d = record.modality === 'slice' ? '2d' : '3d';
  const prefix = `<|image${d}_start|><|image${d}|><|image${d}_end|>\n<|organ_start|><|mask${d}|><|organ_end|>\n`;
  return {
    messages: [
      { role: 'user', content: prefix + formatQuestion(record) },
      { role: 'assistant', content: formatAnswer(record) },
    ],
    image: record.image,
  };
}

/**
 * Reads a released row of one question. What the row does not tell (organ, category, split) is
 * taken from `defaults`.
 *
 * @throws FormatError when the row is not one question and answer behind an image placeholder
 */
export function fromMessageRow(
  row: MessageRow,
  defaults: Pick<QuestionRecord, 'id' | 'organ' | 'taskType' | 'category' | 'source' | 'split'>,
): QuestionRecord {
  const [user, assistant] = row.messages;
  const placeholder = user === undefined ? null : PLACEHOLDERS.exec(user.content);
  if (user?.role !== 'user' || assistant?.role !== 'assistant' || placeholder === null) {
    throw new FormatError(
      `message row '${defaults.id}': expected a user turn that starts with image placeholders and an assistant turn; got ${row.messages.length} turns; convert dialogues turn by turn`,
    );
  }
  return {
    ...defaults,
    image: row.image,
    modality: placeholder[1] === '2' ? 'slice' : 'volume',
    question: user.content.slice(placeholder[0].length),
    answer: assistant.content,
  };
}
