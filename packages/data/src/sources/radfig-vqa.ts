import { mapImaging } from '../taxonomy/imaging-rules';
import { RowError } from '../problem';
import {
  answeredOption,
  type LetteredOptions,
  partOptions,
  presentOptions,
} from './listed-options';
import type { RowFields } from './row-fields';
import type { RecordDraft, SourceAdapter } from './source-adapter';

const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F'] as const;

/**
 * RadFig-VQA: multiple choice with up to six options. ASSUMPTION: the published field names are
 * not documented. Read are messages of text and image parts with options in the text, and tables
 * with question, options (a list, or columns A to F) and answer (a letter or text). The difficulty is
 * read from `difficulty` or `difficulty_level`: easy, medium, hard, or 1 to 3.
 */
export const RADFIG_VQA: SourceAdapter = {
  name: 'radfig-vqa',
  title: 'RadFig-VQA',
  licence: 'CC-BY-NC-SA-4.0',
  origin: 'PMC-OA',
  files: [{ glob: '{,data/}*.{jsonl,json,csv,parquet}', split: 'by-name' }],
  expected: [{ taskType: 'multi-choice', train: 46696, test: 2084 }],
  read: (row, { file, number }) => {
    const messages = row.optionalList('messages');
    const { image, question, options, answer } =
      messages === undefined ? tableRow(row) : messageRow(messages);
    const told = row.optionalText('modality', 'modality_type') ?? row.optionalText('caption') ?? '';
    return [
      {
        id: `${file.split}-${row.optionalText('id', 'question_id') ?? number}`,
        image,
        modality: 'slice',
        imaging:
          (mapImaging(told) ?? mapImaging(`${question} ${presentOptions(options).join(' ')}`))
            ?.value ?? 'other',
        question,
        answer: answeredOption(answer, options),
        options: presentOptions(options),
        taskType: 'multi-choice',
        ...difficultyOf(row),
      },
    ];
  },
};

const DIFFICULTIES: Readonly<Record<string, 1 | 2 | 3>> = {
  easy: 1,
  medium: 2,
  hard: 3,
  '1': 1,
  '2': 2,
  '3': 3,
};

function difficultyOf(row: RowFields): Pick<RecordDraft, 'difficulty'> {
  const told = row.optionalText('difficulty', 'difficulty_level');
  if (told === undefined) return {};
  const difficulty = DIFFICULTIES[told.toLowerCase()];
  if (difficulty !== undefined) return { difficulty };
  throw new RowError(
    'wrong-type',
    `difficulty '${told}' is unknown; expected easy, medium, hard or 1 to 3; correct the row`,
  );
}

interface Parts extends Required<Pick<RecordDraft, 'image' | 'question' | 'answer'>> {
  options: LetteredOptions;
}

function messageRow(messages: readonly unknown[]): Parts {
  const parts = messages.map(
    (message) => (message as { content?: unknown } | null)?.content,
  ) as unknown[];
  const find = (content: unknown, key: 'text' | 'image'): string => {
    const part = (Array.isArray(content) ? (content as unknown[]) : []).find(
      (candidate) => typeof (candidate as Record<string, unknown> | null)?.[key] === 'string',
    ) as Record<string, string> | undefined;
    if (part?.[key] !== undefined) return part[key];
    throw new RowError('missing-field', `messages: no ${key}; expected one; correct the row`);
  };
  const image = find(parts[0], 'image');
  return {
    image: [image, `images/${image}`],
    ...listed(find(parts[0], 'text')),
    answer: find(parts[1], 'text'),
  };
}

function tableRow(row: RowFields): Parts {
  const name = row.embeddedImage('image') === undefined ? row.text('image', 'image_path') : '';
  const image = row.embeddedImage('image') ?? [name, `images/${name}`];
  const answer = row.text('answer', 'gt_answer', 'label');
  const options =
    row.optionalOptions('options', 'choices') ??
    LETTERS.map((letter) => row.optionalText(letter, `option_${letter}`, `Choice ${letter}`));
  const question = row.text('question');
  return presentOptions(options).length >= 2
    ? { image, question, options, answer }
    : { image, ...listed(question), answer };
}

function listed(text: string): { question: string; options: string[] } {
  const parted = partOptions(text);
  if (parted !== null) return parted;
  throw new RowError('missing-field', 'no options; expected A. to F.; correct the row');
}
