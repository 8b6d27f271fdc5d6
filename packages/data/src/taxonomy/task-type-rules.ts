import type { QuestionRecord, TaskType } from '@omnict/core';
import { DEFAULT_RULE, firstMatch, type RuleDecision } from './rule-decision';

/** Answers of a judgment. */
const YES_NO = /^(?:yes|no)\b\W*$/i;

/** Requests that name the text they want. */
const REQUESTS: readonly (readonly [TaskType, RegExp])[] = [
  [
    'report-generation',
    /\b(?:radiology |medical |diagnostic |structured )?report\b(?! (?:that|whether|if))|\bfindings and impression\b|\bimpression section\b/i,
  ],
  [
    'description',
    /\b(?:describe|description|caption|summari[sz]e|walk (?:me|us) through|overview of (?:this|the) (?:image|scan))\b/i,
  ],
];

/** Words up to which an answer is short. ASSUMPTION: the paper gives no length. */
const SHORT_ANSWER_WORDS = 8;

/**
 * The task type a question's form tells (Sec. 3.1): earlier turns make a dialogue, options a
 * multiple choice, a yes or no a judgment, the request a report or description, and the length of
 * the answer tells short answers from free-form ones.
 */
export function mapTaskType(
  record: Pick<QuestionRecord, 'question' | 'answer' | 'options' | 'history'>,
): RuleDecision<TaskType> {
  const { question, answer, options = [], history = [] } = record;
  if (history.length > 0) return { value: 'dialogue', rule: 'earlier turns' };
  if (options.length > 0 && !options.every((option) => YES_NO.test(option))) {
    return { value: 'multi-choice', rule: 'options' };
  }
  if (YES_NO.test(answer)) return { value: 'judgment', rule: 'yes or no' };
  const words = answer.trim().split(/\s+/).length;
  if (words > SHORT_ANSWER_WORDS) {
    return firstMatch(question, REQUESTS) ?? { value: 'free-form-qa', rule: DEFAULT_RULE };
  }
  return { value: 'short-answer', rule: `at most ${SHORT_ANSWER_WORDS} words` };
}
