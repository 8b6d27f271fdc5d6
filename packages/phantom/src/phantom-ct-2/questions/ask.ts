import {
  CLINICAL_CATEGORIES,
  type ClinicalCategory,
  ORGAN_CLASSES,
  type OrganClass,
  type Random,
  TASK_TYPES,
  type TaskType,
} from '@omnict/core';
import type { Scan } from '../scan/scan';
import { findingFacts } from './abnormality';
import type { Fact } from './fact';
import { organText, TEXT_CATEGORIES } from './organ-text';
import { phraseFact, type QuestionDraft } from './phrase';
import { recognitionFacts } from './recognition';

/** Share of a slice's questions that are about the organ its plane was laid through. */
const PLANE_ORGAN_SHARE = 0.6;

/** Draws of organ, category and task before a scan is out of questions, for each question wanted. */
const TRIES = 25;

/**
 * Asks up to `count` different questions about a scan. Organ, category and task type are drawn first,
 * each value as often as the others, then a fact that fits them.
 *
 * `more` are facts from outside the image, such as a comparison with an earlier scan
 */
export function askAbout(
  scan: Scan,
  { count, more = [], random }: { count: number; more?: readonly Fact[]; random: Random },
): QuestionDraft[] {
  const facts = [...recognitionFacts(scan, random), ...findingFacts(scan, random), ...more];
  const drafts: QuestionDraft[] = [];
  const asked = new Set<string>();
  for (let attempt = 0; drafts.length < count && attempt < count * TRIES; attempt++) {
    const request = {
      organ: drawOrgan(scan, random),
      category: random.choice(CLINICAL_CATEGORIES),
      task: random.choice(TASK_TYPES),
    };
    const draft = draftFor(scan, { ...request, facts, random });
    if (draft === null || asked.has(keyOf(draft))) continue;
    asked.add(keyOf(draft));
    drafts.push(draft);
  }
  return drafts;
}

/** One fact is asked for once in a form. */
function keyOf({ organ, capability, finding, question }: QuestionDraft): string {
  return `${organ}/${capability}/${finding ?? question}`;
}

function drawOrgan({ phantom }: Scan, random: Random): OrganClass {
  const isPlane = phantom.modality === 'slice' && random.uniform() < PLANE_ORGAN_SHARE;
  return isPlane ? phantom.planeOrgan : random.choice(ORGAN_CLASSES);
}

function draftFor(
  scan: Scan,
  request: {
    organ: OrganClass;
    category: ClinicalCategory;
    task: TaskType;
    facts: readonly Fact[];
    random: Random;
  },
): QuestionDraft | null {
  const { organ, category, task, facts, random } = request;
  if (task === 'description' || task === 'report-generation') {
    if (!TEXT_CATEGORIES[task].includes(category)) return null;
    return organText(scan, facts, { organ, category, task, random });
  }
  const fitting = facts.filter((fact) => fact.organ === organ && fact.category === category);
  if (fitting.length === 0) return null;
  const fact = random.choice(fitting);
  const leads = facts.filter(
    (other) => other.category === 'GIR' && other.capability !== fact.capability,
  );
  const lead = leads.length === 0 ? undefined : random.choice(leads);
  return phraseFact(fact, { task, lead, random });
}
