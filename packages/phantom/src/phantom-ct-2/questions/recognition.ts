import { type OrganClass, type Random } from '@omnict/core';
import { VARIANTS, type Variants } from '../body/body-plan';
import { PHASES } from '../body/tissues';
import { isOrganSeen, organVoxels } from '../observe';
import { KERNELS, SCAN_REGIONS } from '../scan/acquisition';
import type { Scan } from '../scan/scan';
import { detailSkill, type Fact } from './fact';

/** @file General Imaging Recognition: what normal anatomy and the scan look like. */

/** A variant as a fact: which words name it. */
interface VariantWords {
  organ: OrganClass;
  variant: keyof Variants;
  question: string;
  state: (value: string) => string;
  claim: (value: string) => string;
}

const VARIANT_WORDS: readonly VariantWords[] = [
  {
    organ: 'lungs',
    variant: 'lungs',
    question: 'How far are the lungs inflated?',
    state: (value) => `The lungs were scanned in ${value}.`,
    claim: (value) => `Were the lungs scanned in ${value}?`,
  },
  {
    organ: 'stomach',
    variant: 'stomach',
    question: 'What does the stomach mostly contain?',
    state: (value) => `The stomach mostly contains ${value}.`,
    claim: (value) => `Does the stomach mostly contain ${value}?`,
  },
  {
    organ: 'bowel',
    variant: 'bowel',
    question: 'What does the colon contain?',
    state: (value) => `The colon contains ${value}.`,
    claim: (value) => `Does the colon contain ${value}?`,
  },
  {
    organ: 'esophagus',
    variant: 'esophagus',
    question: 'What is the state of the esophagus?',
    state: (value) => `The esophagus is ${value}.`,
    claim: (value) => `Is the esophagus ${value}?`,
  },
  {
    organ: 'trachea',
    variant: 'trachea',
    question: 'What shape does the trachea have?',
    state: (value) => `The trachea is ${value}.`,
    claim: (value) => `Is the trachea ${value}?`,
  },
  {
    organ: 'pancreas',
    variant: 'pancreas',
    question: 'Is the attenuation of the pancreas normal or fatty?',
    state: (value) => `The attenuation of the pancreas is ${value}.`,
    claim: (value) => `Is the attenuation of the pancreas ${value}?`,
  },
  {
    organ: 'spine',
    variant: 'spine',
    question: 'Is the bone density of the spine normal or low?',
    state: (value) => `The bone density of the spine is ${value}.`,
    claim: (value) => `Is the bone density of the spine ${value}?`,
  },
  {
    organ: 'others',
    variant: 'habitus',
    question: 'What is the habitus of the patient: slim, average or large?',
    state: (value) => `The patient's habitus is ${value}.`,
    claim: (value) => `Is the patient's habitus ${value}?`,
  },
  {
    organ: 'others',
    variant: 'position',
    question: 'In which position does the patient lie?',
    state: (value) => `The patient lies ${value}.`,
    claim: (value) => `Does the patient lie ${value}?`,
  },
];

/** Organs that show the contrast phase. */
const PHASE_ORGANS: readonly OrganClass[] = ['heart', 'liver', 'spleen', 'kidneys', 'vessels'];

/** Organs whose presence changes from plane to plane. */
const LEVEL_ORGANS: readonly OrganClass[] = [
  ...(['lungs', 'heart', 'liver', 'spleen', 'kidneys', 'pancreas'] as const),
  ...(['stomach', 'bowel', 'trachea'] as const),
];

/** Facts about normal anatomy and about the scan. */
export function recognitionFacts(scan: Scan, random: Random): Fact[] {
  const { plan, acquisition, modality } = scan.phantom;
  const base = { category: 'GIR', difficulty: 1 } as const;
  const facts: Fact[] = VARIANT_WORDS.filter(({ organ }) => isOrganSeen(scan, organ)).map(
    ({ organ, variant, ...words }) => ({
      ...base,
      ...words,
      organ,
      capability: `variant of ${variant}`,
      skill: detailSkill(organ),
      options: VARIANTS[variant],
      answer: plan.variants[variant],
    }),
  );
  for (const organ of PHASE_ORGANS.filter((candidate) => isOrganSeen(scan, candidate))) {
    facts.push({
      ...base,
      organ,
      difficulty: 2,
      capability: 'contrast phase',
      skill: detailSkill(organ),
      question: `Judged by the ${organ}, in which contrast phase was the scan made?`,
      options: PHASES,
      answer: plan.phase,
      state: (value) => `The ${organ} show${isPlural(organ) ? '' : 's'} the ${value} phase.`,
      claim: (value) => `Judged by the ${organ}, was the scan made in the ${value} phase?`,
    });
  }
  facts.push({
    ...base,
    organ: 'others',
    difficulty: 2,
    capability: 'kernel',
    skill: 'slice detail',
    question: 'Was a soft or a sharp kernel used?',
    options: KERNELS,
    answer: acquisition.kernel,
    state: (value) => `A ${value} kernel was used.`,
    claim: (value) => `Was a ${value} kernel used?`,
  });
  if (modality === 'volume') {
    facts.push({
      ...base,
      organ: 'others',
      capability: 'scan region',
      skill: 'extent',
      question: 'Which part of the body does the scan cover?',
      options: Object.keys(SCAN_REGIONS),
      answer: acquisition.region,
      state: (value) => `The scan covers the ${value}.`,
      claim: (value) => `Does the scan cover just the ${value}?`,
    });
    return facts;
  }
  return [...facts, ...organVisible(scan, random)];
}

/** Is an organ in the slice? The answer is drawn first, so that both are as frequent. */
function organVisible(scan: Scan, random: Random): Fact[] {
  const isWanted = random.uniform() < 0.5;
  const clear = LEVEL_ORGANS.filter((organ) =>
    isWanted ? isOrganSeen(scan, organ) : organVoxels(scan, organ) === 0,
  );
  // For yes, the organ the plane was laid through: each organ is as often asked about.
  const { planeOrgan } = scan.phantom;
  const organ = isWanted
    ? clear.find((candidate) => candidate === planeOrgan)
    : random.shuffle(clear)[0];
  if (organ === undefined) return [];
  const be = isPlural(organ) ? 'are' : 'is';
  return [
    {
      organ,
      category: 'GIR',
      capability: 'organ in slice',
      skill: detailSkill(organ),
      difficulty: 1,
      question: `${be === 'are' ? 'Are' : 'Is'} the ${organ} visible in this slice?`,
      options: ['yes', 'no'],
      answer: isWanted ? 'yes' : 'no',
      state: (value) => `The ${organ} ${be} ${value === 'yes' ? '' : 'not '}visible in this slice.`,
      organLabels: [], // the organ's mask would give the answer away
    },
  ];
}

/** Organ classes whose names take a plural verb. */
export function isPlural(organ: OrganClass): boolean {
  return organ === 'lungs' || organ === 'kidneys' || organ === 'vessels' || organ === 'others';
}
