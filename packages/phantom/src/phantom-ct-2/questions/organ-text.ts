import {
  type ClinicalCategory,
  ORGAN_CLASS_LABELS,
  type OrganClass,
  type Random,
  type TaskType,
} from '@omnict/core';
import { seenFindings } from '../observe';
import { NORMAL } from '../report/phrases';
import { impressionsOf, organFindings, reportedOrgans, writeReport } from '../report/report';
import type { Scan } from '../scan/scan';
import { detailSkill, type Difficulty, type Fact } from './fact';
import { withArticle } from './abnormality';
import type { QuestionDraft } from './phrase';
import { isPlural } from './recognition';

/** Task types that are answered with sentences about an organ. */
export type TextTask = Extract<TaskType, 'description' | 'report-generation'>;

/**
 * Categories of each text task. A report has no part that just recognises anatomy, and a description
 * draws no conclusion: those cells stay empty.
 */
export const TEXT_CATEGORIES: Readonly<Record<TextTask, readonly ClinicalCategory[]>> = {
  description: ['GIR', 'MAI', 'AII'],
  'report-generation': ['MAI', 'AII', 'CRD'],
};

const DIFFICULTY: Readonly<Record<ClinicalCategory, Difficulty>> = {
  GIR: 1,
  MAI: 2,
  AII: 3,
  CRD: 3,
};

/**
 * A description or part of a report about an organ; null where the image has none to give.
 *
 * @param facts what the image shows, for descriptions of normal anatomy
 */
export function organText(
  scan: Scan,
  facts: readonly Fact[],
  request: { organ: OrganClass; category: ClinicalCategory; task: TextTask; random: Random },
): QuestionDraft | null {
  const { organ, category, task } = request;
  if (!reportedOrgans(scan).includes(organ)) return null;
  const text = task === 'description' ? described(scan, facts, request) : reported(scan, request);
  if (text === null) return null;
  return {
    organ,
    organLabels: [...ORGAN_CLASS_LABELS[organ]],
    taskType: task,
    category,
    capability: task,
    skill: category === 'CRD' ? 'reasoning' : detailSkill(organ),
    difficulty: DIFFICULTY[category],
    ...text,
  };
}

type Text = Pick<QuestionDraft, 'question' | 'answer'>;

function described(
  scan: Scan,
  facts: readonly Fact[],
  { organ, category, random }: { organ: OrganClass; category: ClinicalCategory; random: Random },
): Text | null {
  const about = organ === 'others' ? 'image apart from the organs' : organ;
  switch (category) {
    case 'GIR': {
      const plain = facts.filter((fact) => fact.organ === organ && fact.category === 'GIR');
      if (plain.length === 0) return null;
      const answer = plain.map((fact) => fact.state(fact.answer)).join(' ');
      return {
        question: `Describe how the ${about} look${verb(organ)} apart from disease.`,
        answer,
      };
    }
    case 'MAI': {
      const seen = seenFindings(scan, organ);
      if (seen === null) return null;
      const names = seen.map((i) => withArticle(scan.phantom.placed[i]?.finding.name ?? ''));
      return {
        question: `Name what is abnormal about the ${about}.`,
        answer:
          names.length === 0 ? random.choice(NORMAL[organ]) : `There is ${names.join(' and ')}.`,
      };
    }
    default:
      return {
        question: `Describe the ${about} in detail.`,
        answer: organFindings(scan, organ, random),
      };
  }
}

function reported(
  scan: Scan,
  { organ, category, random }: { organ: OrganClass; category: ClinicalCategory; random: Random },
): Text | null {
  const section = organ === 'others' ? 'whole image' : organ;
  const report = writeReport(scan, random);
  switch (category) {
    case 'CRD': {
      const answer = organ === 'others' ? report.impression : impressionsOf(scan, organ).join(' ');
      return {
        question: `Write the impression of a report about the ${section}, with what to do next.`,
        answer: answer === '' ? `No abnormality of the ${section}.` : answer,
      };
    }
    case 'AII':
      return {
        question: `Write the findings of a report about the ${section}.`,
        answer: organ === 'others' ? report.findings : organFindings(scan, organ, random),
      };
    default: {
      const seen = seenFindings(scan, organ);
      if (seen === null) return null;
      const names = seen.map((i) => scan.phantom.placed[i]?.finding.name ?? '');
      return {
        question: `Write a one-line report that lists the abnormalities of the ${organ === 'others' ? 'rest of the image' : organ}.`,
        answer: names.length === 0 ? 'No abnormality.' : `${names.join(', ')}.`,
      };
    }
  }
}

function verb(organ: OrganClass): string {
  return isPlural(organ) && organ !== 'others' ? '' : 's';
}
