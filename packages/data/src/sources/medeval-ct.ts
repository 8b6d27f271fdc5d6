import { FormatError } from '@omnict/core';
import { fromMessageRow, type MessageRow } from '../message-rows';
import { RowError } from '../problem';
import { answeredOption, partOptions } from './listed-options';
import type { SourceAdapter } from './source-adapter';

/** Rows of the released MedEval-CT files: messages with image and organ placeholders. */
export const MEDEVAL_CT: SourceAdapter = {
  name: 'medeval-ct',
  title: 'MedEval-CT message rows',
  licence: "each row's source",
  origin: 'the other sources',
  files: [{ glob: '{,data/}*.{json,jsonl}', split: 'by-name' }],
  expected: [],
  read: (row, { file, number }) => {
    const record = messageRecord(row.text('image'), row.optionalList('messages'), number);
    const parted = record.history === undefined ? partOptions(record.question) : null;
    const part = file.path.replace(/^.*[\\/]/, '').replace(/\.\w+$/, '');
    return [
      {
        id: `${part}-${number}`,
        image: [record.image],
        modality: record.modality,
        imaging: 'CT',
        question: record.question,
        answer: record.answer,
        ...(record.history === undefined ? {} : { history: record.history }),
        ...(parted === null
          ? {}
          : { ...parted, answer: answeredOption(record.answer, parted.options) }),
      },
    ];
  },
};

function messageRecord(image: string, messages: readonly unknown[] = [], number: number) {
  const isTurn = (turn: unknown): turn is MessageRow['messages'][number] => {
    const { role, content } = (turn ?? {}) as Record<string, unknown>;
    return (role === 'user' || role === 'assistant') && typeof content === 'string';
  };
  if (!messages.every(isTurn)) {
    throw new RowError('wrong-type', 'messages: expected {role, content}; correct the row');
  }
  try {
    const unknown = { organ: 'others', taskType: 'free-form-qa', category: 'MAI' } as const;
    const id = String(number);
    return fromMessageRow(
      { messages, image },
      { ...unknown, id, source: 'medeval-ct', split: 'train' },
    );
  } catch (error) {
    if (FormatError.isInstance(error)) throw new RowError('wrong-type', error.message);
    throw error;
  }
}
