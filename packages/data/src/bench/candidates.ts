import { normalizeText } from '../audit/text-signature';
import type { QuestionRecord } from '@omnict/core';
import { ImageTruths, MAX_ANSWER_WORDS } from './image-truths';
import { type Counts, increment } from '../statistics/record-statistics';

/** A record that can become a multiple-choice question. */
export interface Candidate {
  record: QuestionRecord;
  /** Questions of one pool are answered by the same kind of thing: they lend each other options. */
  pool: string;
  /** Normalized answer: equal for spellings that differ in case or marks only. */
  answer: string;
  /** Normalized wrong options of the source, those left out that are true of the image. */
  ownDistractors: readonly string[];
  /** Whether a curation made the options: then they stay. */
  isCurated: boolean;
  /** Whether an answer is true of the image as well: then it is no wrong option. */
  isTrueOfImage: (answer: string) => boolean;
}

/** Answers that no list of options goes with. */
const NO_OPTION = /^(?:yes|no|true|false|none|n a)\b|^(?:both|all|neither)\b/;

/**
 * Records that can be asked with options: multiple choice and short answers, no yes or no, each
 * question about an image once.
 *
 * @param records all that is known of the images, also what cannot be asked
 * @returns candidates, spelling of each normalized answer, and why others were left out
 */
export function benchCandidates(records: Iterable<QuestionRecord>): {
  candidates: Candidate[];
  spellings: Map<string, string>;
  excluded: Counts;
} {
  const candidates: Candidate[] = [];
  const spellings = new Map<string, string>();
  const excluded: Counts = {};
  const asked = new Set<string>();
  const truths = new ImageTruths(records);
  for (const record of records) {
    const answer = normalizeText(record.answer);
    const reason = whyNot(record, answer);
    const key = `${record.image}\n${normalizeText(record.question)}`;
    if (reason !== null) increment(excluded, reason);
    else if (asked.has(key)) increment(excluded, 'asked already');
    else {
      asked.add(key);
      const options = record.options ?? [];
      for (const option of [record.answer, ...options]) {
        const normal = normalizeText(option);
        if (!spellings.has(normal)) spellings.set(normal, option.trim());
      }
      const isTrueOfImage = (option: string): boolean => truths.has(record, option);
      const wrong = options.map(normalizeText).filter((option) => option !== answer);
      candidates.push({
        record,
        pool: `${record.modality}/${record.capability ?? record.category}`,
        answer,
        ownDistractors: wrong.filter((option) => !isTrueOfImage(option)),
        isCurated: record.curation?.['refine'] !== undefined && options.length > 0,
        isTrueOfImage,
      });
    }
  }
  return { candidates, spellings, excluded };
}

function whyNot({ taskType, history }: QuestionRecord, answer: string): string | null {
  if (taskType !== 'multi-choice' && taskType !== 'short-answer') return `task type ${taskType}`;
  if (history !== undefined) return 'dialogue';
  if (answer === '' || NO_OPTION.test(answer)) return 'answer is no option';
  return answer.split(' ').length > MAX_ANSWER_WORDS ? 'answer too long' : null;
}
