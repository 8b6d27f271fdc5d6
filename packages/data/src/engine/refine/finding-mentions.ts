import type { QuestionRecord } from '@omnict/core';
import { FINDING_TERMS } from './confounders';

const ANY_FINDING = new RegExp(
  `\\b(?:${FINDING_TERMS.toSorted((a, b) => b.length - a.length).join('|')})`,
  'gi',
);

/**
 * Findings that any question about an image names. They make no wrong answers to another question
 * about it: they may well be there.
 */
export class FindingMentions {
  private readonly byImage = new Map<string, Set<string>>();

  /** Takes note of a record. */
  add({ image, question, answer }: QuestionRecord): void {
    for (const [term] of `${question} ${answer}`.matchAll(ANY_FINDING)) {
      const terms = this.byImage.get(image) ?? new Set();
      this.byImage.set(image, terms.add(term.toLowerCase()));
    }
  }

  /** True when some question about the image names the finding. */
  has(image: string, finding: string): boolean {
    return this.byImage.get(image)?.has(finding.toLowerCase()) ?? false;
  }
}
