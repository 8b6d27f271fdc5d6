import { formatQuestion } from '@omnict/data';
import type { Question } from '@omnict/core';

/** A question as models read it, its options listed. */
export function questionText({ question, options }: Question): string {
  return formatQuestion({ question, ...(options !== undefined && { options: [...options] }) });
}
