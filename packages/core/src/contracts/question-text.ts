import type { Question } from './generator';

/** Letter of the n-th option: A, B, C, ... */
export function optionLetter(index: number): string {
  return String.fromCharCode(65 + index);
}

/**
 * The question as a model reads it: multiple choice gets its options in M3D's form,
 * `QUESTION Choices: A. first B. second`. Earlier turns of a dialogue are turns of their own.
 */
export function formatQuestion({
  question,
  options,
}: Pick<Question, 'question' | 'options'>): string {
  if (options === undefined || options.length === 0) return question;
  const listed = options.map((option, index) => `${optionLetter(index)}. ${option}`);
  return `${question} Choices: ${listed.join(' ')}`;
}

/** A dialogue as one text, for who reads no turns: earlier ones stand before the question, one a line. */
export function formatDialogue({
  history = [],
  ...turn
}: Pick<Question, 'question' | 'options' | 'history'>): string {
  const earlier = history.map(
    ({ question, answer }) => `Question: ${question}\nAnswer: ${answer}\n`,
  );
  return earlier.join('') + formatQuestion(turn);
}

/** The answer as a model learns to give it: letter and text for multiple choice, `B. liver`. */
export function formatAnswer({
  options,
  answer,
}: Pick<Question, 'options'> & { answer: string }): string {
  const index = options?.indexOf(answer) ?? -1;
  return index < 0 ? answer : `${optionLetter(index)}. ${answer}`;
}
