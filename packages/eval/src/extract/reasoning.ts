/** Begin and end of what a model thinks before it answers. */
const TAG = /<(\/?)(?:think|thinking|thought|reasoning)>/gi;

/**
 * Finds the part of a response that answers: what follows the last closed block of reasoning
 * (`<think> ... </think>`), which may have lost its opening tag.
 *
 * @returns where it begins; null when the response ends inside of its reasoning
 */
export function answerBegin(response: string): number | null {
  const tags = [...response.matchAll(TAG)];
  const last = tags.at(-1);
  if (last === undefined) return 0;
  return last[1] === '/' ? last.index + last[0].length : null;
}

/** Takes a response's reasoning away; the empty text when it ends inside of it. */
export function withoutReasoning(response: string): string {
  const begin = answerBegin(response);
  return begin === null ? '' : response.slice(begin).trim();
}
