import { ORGAN_CLASS_LABELS, type QuestionRecord, type Random, type TaskType } from '@omnict/core';
import type { Fact } from './fact';

/** A question before it gets an id and an image. */
export type QuestionDraft = Omit<
  QuestionRecord,
  'id' | 'image' | 'modality' | 'mask' | 'source' | 'patient' | 'split'
>;

/** Task types that ask for one fact. */
export type FactTask = Exclude<TaskType, 'description' | 'report-generation'>;

/** Options of a multiple choice at most. */
const MOST_OPTIONS = 4;

/** Ways to begin an open question; the answer does not depend on them. */
const OPENINGS = ['', 'Please say: ', 'From this image: '] as const;

/**
 * Asks for a fact as a task type wants it.
 *
 * `lead` is an easier fact of the same image, with which a dialogue begins
 */
export function phraseFact(
  fact: Fact,
  { task, lead, random }: { task: FactTask; lead: Fact | undefined; random: Random },
): QuestionDraft {
  const base = {
    organ: fact.organ,
    organLabels: [...(fact.organLabels ?? ORGAN_CLASS_LABELS[fact.organ])],
    taskType: task,
    category: fact.category,
    capability: fact.capability,
    skill: fact.skill,
    difficulty: fact.difficulty,
    ...(fact.finding === undefined ? {} : { finding: fact.finding }),
  };
  const statement = fact.state(fact.answer);
  switch (task) {
    case 'judgment':
      return { ...base, ...judgment(fact, random) };
    case 'multi-choice':
      return { ...base, ...multiChoice(fact, random) };
    case 'short-answer':
      return { ...base, question: `${fact.question} Answer briefly.`, answer: fact.answer };
    case 'free-form-qa':
      return { ...base, question: `${random.choice(OPENINGS)}${fact.question}`, answer: statement };
    case 'dialogue':
      return { ...base, history: [turn(lead)], question: fact.question, answer: statement };
  }
}

/** The turn before: a fact of the same image, or a greeting where it has no other. */
function turn(lead: Fact | undefined): { question: string; answer: string } {
  return lead === undefined
    ? { question: 'Please look at the image.', answer: 'I have looked at it.' }
    : { question: lead.question, answer: lead.state(lead.answer) };
}

/** Yes and no are as frequent: half of the claims are true, the others state another value. */
function judgment(fact: Fact, random: Random): Pick<QuestionDraft, 'question' | 'answer'> {
  if (fact.claim === undefined) return { question: fact.question, answer: fact.answer };
  const isTrue = random.uniform() < 0.5;
  const others = fact.options.filter((value) => value !== fact.answer);
  const claimed = isTrue ? fact.answer : random.choice(others);
  return { question: fact.claim(claimed), answer: isTrue ? 'yes' : 'no' };
}

function multiChoice(
  fact: Fact,
  random: Random,
): Pick<QuestionDraft, 'question' | 'answer' | 'options'> {
  if (fact.claim === undefined) {
    const options = random.shuffle(fact.options.map(fact.state));
    return { question: 'Which statement is right?', options, answer: fact.state(fact.answer) };
  }
  const others = random.shuffle(fact.options.filter((value) => value !== fact.answer));
  const options = random.shuffle([fact.answer, ...others.slice(0, MOST_OPTIONS - 1)]);
  return { question: fact.question, options, answer: fact.answer };
}
