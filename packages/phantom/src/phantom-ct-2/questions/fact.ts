import type { ClinicalCategory, OrganClass } from '@omnict/core';

/** What a question needs of a model. */
export const SKILLS = [
  'slice detail',
  'small organ',
  'z-order',
  'extent',
  'count',
  'comparison',
  'reasoning',
] as const;

/** One of the skills. */
export type Skill = (typeof SKILLS)[number];

/** How hard: 1 easy, 3 hard. */
export type Difficulty = 1 | 2 | 3;

/** Something an image shows that has one right value among a few: what questions are made of. */
export interface Fact {
  organ: OrganClass;
  category: ClinicalCategory;
  /** Groups facts of a kind. */
  capability: string;
  skill: Skill;
  difficulty: Difficulty;
  /** Name of the finding it is about. */
  finding?: string;
  /** Ends in a question mark. */
  question: string;
  /** All values it could have; equally frequent over many phantoms. 'yes' and 'no' for presence. */
  options: readonly string[];
  answer: string;
  /** The value as a statement: "The hepatic cyst is large." */
  state: (value: string) => string;
  /** A yes-or-no question about a value: "Is the hepatic cyst large?" Not for presence. */
  claim?: (value: string) => string;
  /** Labels to look at; default: those of the organ. Empty where a mask would tell the answer. */
  organLabels?: readonly number[];
}

/** Organs so small that few patches show them. */
const SMALL_ORGANS: ReadonlySet<OrganClass> = new Set([
  'pancreas',
  'esophagus',
  'trachea',
  'spleen',
]);

/** Skill of a question about one organ's look. */
export function detailSkill(organ: OrganClass): Skill {
  return SMALL_ORGANS.has(organ) ? 'small organ' : 'slice detail';
}

/** A level made harder by one where something is small. */
export function harderWhen(level: Difficulty, isHarder: boolean): Difficulty {
  return isHarder && level < 3 ? ((level + 1) as Difficulty) : level;
}
