import type { QuestionRecord } from '@omnict/core';
import type { Finding } from '../decision';
import { normalized, polarity } from '../words';

/**
 * Finds yes and no to the same question about the same image. Which of them is right cannot be known:
 * both are left out.
 */
export class Contradictions {
  private readonly said = new Map<string, Set<'yes' | 'no'>>();

  /** Takes note of a record. */
  add(record: QuestionRecord): void {
    const answer = polarity(record.answer);
    if (answer === undefined) return;
    const key = keyOf(record);
    const said = this.said.get(key);
    if (said === undefined) this.said.set(key, new Set([answer]));
    else said.add(answer);
  }

  /** What speaks against a record. */
  findings(record: QuestionRecord): Finding[] {
    const isContradicted =
      polarity(record.answer) !== undefined && (this.said.get(keyOf(record))?.size ?? 0) > 1;
    const detail = 'the same question about this image is answered by yes and by no';
    return isContradicted ? [{ rule: 'contradiction', detail, weight: 'drop' }] : [];
  }
}

function keyOf({ image, question }: QuestionRecord): string {
  return `${image}\n${normalized(question)}`;
}
