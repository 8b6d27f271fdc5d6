import type { QuestionRecord } from '@omnict/core';
import { normalizeText } from '../audit/text-signature';
import { areDistinct } from '../engine/refine/compose-options';
import { polarity } from '../engine/words';

/**
 * Words that say something of what a question asks, not of the image: a side, place, number or size is
 * right for one lesion and wrong for the next.
 */
const RELATIVE =
  /^(?:the |a |an )?(?:left|right|both|bilateral|unilateral|midline|upper|middle|lower|superior|inferior|anterior|posterior|medial|lateral|central|peripheral|proximal|distal|small|large|larger|smaller|side|sides|third|one|two|three|four|five|six|seven|eight|nine|ten|\d+|mm|cm|hu| )+$/;

/** What is known of an image from all that is asked about it. */
interface Truths {
  /** Normalized answers. */
  answers: Set<string>;
  /** Normalized texts that may name findings: long answers, and questions whose answer is yes. */
  texts: string[];
}

/**
 * Which answers are true of an image, as far as all records tell: no such answer may stand among the
 * wrong options of a question about it. A text that only denies something counts as naming it: then
 * one wrong option less is used, which does no harm.
 */
export class ImageTruths {
  private readonly byKey = new Map<string, Truths>();

  constructor(records: Iterable<QuestionRecord>) {
    for (const record of records) {
      for (const key of keysOf(record)) this.add(key, record);
    }
  }

  /** Whether an option could be right for the image of a record. @param option normalized */
  has(record: Pick<QuestionRecord, 'image' | 'scan'>, option: string): boolean {
    if (RELATIVE.test(option)) return false;
    return keysOf(record).some((key) => {
      const { answers, texts } = this.byKey.get(key) ?? { answers: [], texts: [] };
      for (const answer of answers) if (!areDistinct(answer, option)) return true;
      return texts.some((text) => text.includes(` ${option} `));
    });
  }

  private add(key: string, { question, answer, history = [] }: QuestionRecord): void {
    const known = this.byKey.get(key) ?? { answers: new Set(), texts: [] };
    this.byKey.set(key, known);
    for (const turn of [...history, { question, answer }]) {
      const normal = normalizeText(turn.answer);
      const agreed = polarity(turn.answer);
      if (agreed === 'yes') known.texts.push(` ${normalizeText(turn.question)} `);
      if (agreed !== undefined || RELATIVE.test(normal)) continue;
      if (normal.split(' ').length > MAX_ANSWER_WORDS) known.texts.push(` ${normal} `);
      else known.answers.add(normal);
    }
  }
}

/** Words of an answer up to which it can stand among options. */
export const MAX_ANSWER_WORDS = 12;

/** An image, and its examination: what one reconstruction or slice shows, another may show as well. */
function keysOf({ image, scan }: Pick<QuestionRecord, 'image' | 'scan'>): string[] {
  return [`image ${image}`, ...(scan === undefined ? [] : [`scan ${scan}`])];
}
