import type { ChatClient } from '@omnict/chat';
import { optionLetter, type QuestionRecord, Random, type TaskType } from '@omnict/core';
import { Advisor, replySchema } from '../advisor';
import { decide, type Decision, type Finding, type ModelReply } from '../decision';
import type { ImageLibrary } from '../image/image-library';
import type { RefineOptions } from '../options';
import { imageOf, type RecordFolder } from '../record-folder';
import type { Stage } from '../stage';
import { areDistinct } from './compose-options';
import { FindingMentions } from './finding-mentions';
import {
  refineByRules,
  type RefineContext,
  type Refinement,
  refineOptions,
} from './refine-by-rules';
import { meaningFaults } from './same-meaning';

const REWRITE = replySchema('refine', {
  question: { type: 'string' },
  wrong_options: { type: 'array', items: { type: 'string' } },
  reason: { type: 'string' },
});
const CHECK = replySchema('refine_check', {
  same_question: { type: 'boolean' },
  correct_options: { type: 'array', items: { type: 'string' } },
  reason: { type: 'string' },
});

interface Rewrite {
  question: string;
  wrong_options: string[];
}
interface Check {
  same_question: boolean;
  correct_options: string[];
  reason: string;
}

/** Kinds of questions that have one checkable answer. */
const REFINED: readonly TaskType[] = ['multi-choice', 'short-answer', 'judgment'];

/**
 * The Semantic Refiner (App. F): other words for the question, more and subtler wrong options, new
 * positions. The right answer is never written by a model: options are made of it and of wrong ones,
 * so that the key cannot change. A model's rewriting must pass the checks of meaning and a second
 * question to the model; else the rules' own is taken.
 */
export async function semanticRefiner({
  options,
  seed,
  images,
  folder,
  client,
}: {
  options: RefineOptions;
  seed: number;
  images: ImageLibrary;
  folder: RecordFolder;
  client?: ChatClient | undefined;
}): Promise<Stage> {
  const advisors =
    client === undefined
      ? undefined
      : {
          rewrite: await Advisor.load(client, 'refine'),
          check: await Advisor.load(client, 'refine-check'),
        };
  const mentions = new FindingMentions();
  const context = async (record: QuestionRecord): Promise<RefineContext> => {
    const image = await images.examine(...imageOf(folder, record));
    return {
      count: record.modality === 'slice' ? options.sliceOptions : options.volumeOptions,
      choicesFromShortAnswers: options.choicesFromShortAnswers,
      random: new Random(`refine/${seed}/${record.id}`),
      labels: 'facts' in image ? image.facts.labels : undefined,
      isMentioned: (finding) => mentions.has(record.image, finding),
    };
  };
  return {
    name: 'refine',
    version: 1,
    settings: {
      options,
      seed,
      advisors: [advisors?.rewrite.identity, advisors?.check.identity],
    },
    survey: async (records) => {
      for await (const record of records) mentions.add(record);
    },
    decide: async (record) => {
      const { id, split, taskType } = record;
      if (!options.splits.includes(split) || !REFINED.includes(taskType)) {
        const detail = `${split}, ${taskType}: not of a kind that is refined`;
        return decide(id, [{ rule: 'left', detail, weight: 'note' }]);
      }
      const around = await context(record);
      const byRules = refineByRules(record, around);
      if (advisors === undefined) return refined(record, byRules);
      const proposal = await propose(record, { advisors, around });
      if (proposal.refinement !== undefined) {
        return refined(record, proposal.refinement, { ...proposal, by: 'model' });
      }
      return refined(record, byRules, { ...proposal, by: 'rules' });
    },
  };
}

/** What came of asking the model: a refinement that passed, or why none did. */
interface Proposal {
  refinement?: Refinement;
  findings: Finding[];
  replies: ModelReply[];
  disputed?: true;
}

async function propose(
  record: QuestionRecord,
  { advisors, around }: { advisors: { rewrite: Advisor; check: Advisor }; around: RefineContext },
): Promise<Proposal> {
  const { question, answer, options = [], organ, modality, taskType } = record;
  const takesOptions = taskType === 'multi-choice' || around.choicesFromShortAnswers;
  const wrong = options.filter((option) => option !== answer);
  const missing = taskType === 'judgment' || !takesOptions ? 0 : around.count - 1 - wrong.length;
  const rewrite = await advisors.rewrite.ask<Rewrite>({
    values: {
      modality,
      organ,
      question,
      answer,
      options: wrong.join('; ') || 'none',
      count: String(Math.max(0, missing)),
    },
    schema: REWRITE,
  });
  if (rewrite.value === undefined) return { findings: [], replies: [rewrite.reply] };
  const { question: rewritten, wrong_options } = rewrite.value;
  const faults = [
    ...meaningFaults(question, rewritten, { answer }),
    ...wrong_options
      .filter((option) => !areDistinct(option, answer))
      .map((option) => `wrong option '${option}' could pass for the answer`),
  ];
  if (faults.length > 0) return rejected(faults.join('; '), [rewrite.reply]);
  const refinement = { question: rewritten, ...refineOptions(record, wrong_options, around) };
  const check = await advisors.check.ask<Check>({
    values: {
      original: question,
      answer,
      rewritten,
      options: listed(refinement.options),
    },
    schema: CHECK,
  });
  const replies = [rewrite.reply, check.reply];
  if (check.value === undefined) return { findings: [], replies };
  const { same_question, correct_options, reason } = check.value;
  const key = refinement.options?.indexOf(answer) ?? -1;
  const expected = key < 0 ? '' : optionLetter(key);
  const given = correct_options.map((letter) => letter.trim().charAt(0).toUpperCase()).join('');
  if (!same_question || given !== expected) {
    return rejected(
      `second check: ${reason} (correct: ${given || 'none'}, key: ${expected || 'none'})`,
      replies,
    );
  }
  return { refinement, findings: [], replies };
}

function listed(options: readonly string[] | undefined): string {
  return options?.map((option, index) => `${optionLetter(index)}. ${option}`).join(' ') ?? 'none';
}

function rejected(detail: string, replies: ModelReply[]): Proposal {
  return { findings: [{ rule: 'rejected', detail, weight: 'note' }], replies, disputed: true };
}

/** Only what differs goes into the log. */
function refined(
  record: QuestionRecord,
  { question, options, taskType }: Refinement,
  {
    findings = [],
    ...rest
  }: Partial<Pick<Decision, 'by' | 'findings' | 'replies' | 'disputed'>> = {},
): Decision {
  const changes = {
    ...(question === record.question ? {} : { question }),
    ...(options === undefined || sameOrder(options, record.options) ? {} : { options }),
    ...(taskType === record.taskType ? {} : { taskType }),
  };
  const { by, replies, disputed } = rest;
  return decide(record.id, findings, {
    ...(by === undefined ? {} : { by }),
    ...(Object.keys(changes).length === 0 ? {} : { changes }),
    ...(replies === undefined ? {} : { replies }),
    ...(disputed === undefined ? {} : { disputed }),
  });
}

function sameOrder(a: readonly string[], b: readonly string[] | undefined): boolean {
  return a.length === b?.length && a.every((option, index) => option === b[index]);
}
