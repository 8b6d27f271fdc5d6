import { ORGAN_CLASS_LABELS, type QuestionRecord, type Random } from '@omnict/core';
import { mapOrgan } from '../../taxonomy/organ-rules';
import type { ImageFacts } from '../image/image-facts';
import { normalized, polarity } from '../words';
import { composeOptions } from './compose-options';
import { isFinding, sameKindAnswers } from './confounders';
import { changeFrame } from './frames';
import { meaningFaults } from './same-meaning';
import { replaceTerms } from './synonyms';

/** Least options of a question that becomes multiple choice. */
const LEAST_CHOICES = 4;

/** Questions that another organ would answer as well, if it is in the image. */
const ABOUT_VISIBILITY =
  /\b(?:visible|seen|shown|pictured|depicted|displayed|present|in (?:this|the) (?:image|slice|scan|picture))\b/i;

/** What a question is refined with. */
export interface RefineContext {
  /** Options wanted. */
  count: number;
  /** Whether short answers may become multiple choice. */
  choicesFromShortAnswers: boolean;
  random: Random;
  /** Organ labels of the image's mask. */
  labels?: ImageFacts['labels'];
  /** Whether another question names a finding in the same image. */
  isMentioned: (finding: string) => boolean;
}

/** A question refined: only its words, options and, with new options, its task type change. */
export type Refinement = Pick<QuestionRecord, 'question' | 'taskType'> & {
  options?: string[] | undefined;
};

/** Refines by tables of synonyms, forms and answers of one kind; the right answer is never touched. */
export function refineByRules(record: QuestionRecord, context: RefineContext): Refinement {
  const question = rephrase(record, context.random);
  return { question, ...refineOptions(record, wrongAnswers(record, context), context) };
}

/** The question in other words, or as it is when no safe ones are known. */
function rephrase({ question, answer }: QuestionRecord, random: Random): string {
  const framed = changeFrame(question, random);
  for (const candidate of [replaceTerms(framed, random), framed, replaceTerms(question, random)]) {
    if (meaningFaults(question, candidate, { answer }).length === 0) return candidate;
  }
  return question;
}

/** Adds wrong answers and shuffles; a yes or no keeps its options. */
export function refineOptions(
  { answer, options, taskType }: QuestionRecord,
  confounders: readonly string[],
  { count, choicesFromShortAnswers, random }: RefineContext,
): Pick<Refinement, 'options' | 'taskType'> {
  if (polarity(answer) !== undefined) return { options, taskType };
  if (taskType === 'multi-choice') {
    return {
      taskType,
      options: composeOptions({ answer, options }, confounders, { count, random }),
    };
  }
  if (taskType !== 'short-answer' || !choicesFromShortAnswers) return { options, taskType };
  const composed = composeOptions({ answer }, confounders, { count, random });
  return composed.length < Math.min(LEAST_CHOICES, count)
    ? { options, taskType }
    : { options: composed, taskType: 'multi-choice' };
}

function names(question: string, answer: string): boolean {
  return ` ${normalized(question)} `.includes(` ${normalized(answer)} `);
}

/** Wrong answers of the right one's kind that nothing known about the image makes right. */
function wrongAnswers(
  { question, answer }: QuestionRecord,
  { random, labels, isMentioned }: RefineContext,
): string[] {
  // A question that names its alternatives has no others.
  if (names(question, answer)) return [];
  const candidates = random
    .shuffle(sameKindAnswers(answer))
    .filter((candidate) => !names(question, candidate));
  if (isFinding(answer)) return candidates.filter((finding) => !isMentioned(finding));
  if (!ABOUT_VISIBILITY.test(question)) return candidates;
  return candidates.filter((candidate) => {
    const { value } = mapOrgan(candidate);
    if (value === 'others') return true;
    // Only a mask tells that an organ is not in the image.
    return labels !== undefined && ORGAN_CLASS_LABELS[value].every((label) => !(label in labels));
  });
}
