import { formatQuestion } from '@omnict/data';
import type { Question } from '@omnict/nn';

/** A question as models read it, its options listed. */
export function questionText({ question, options }: Question): string {
  return formatQuestion({ question, ...(options !== undefined && { options: [...options] }) });
}
