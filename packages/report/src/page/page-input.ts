import type { AblationTable } from '../ablation-table';
import type { Forest } from '../forest';
import type { GroupScores } from '../group-scores';
import type { SkillsTable } from '../skills-table';
import type { SweepCost } from '../sweep-cost';
import type { Unfinished } from '../unfinished';

/** One course of a number during a task of a run. */
export interface PageCurve {
  stage: string;
  /** Name of the number: `loss`. */
  metric: string;
  /** Short names of the trials that share the task. */
  trials: readonly string[];
  /** Rising in `step`. */
  points: readonly { step: number; value: number }[];
}

/** An image of the cases: what the model saw of it, in 8 bits. */
export interface PageImage {
  shape: readonly [depth: number, height: number, width: number];
  /** Height and width of a plane's tile in the atlas; the plane lies in its upper left. */
  tile: readonly [height: number, width: number];
  /** Planes in a row of the atlas. */
  columns: number;
  /** Hounsfield units that 0 and 255 stand for. */
  window: readonly [low: number, high: number];
  /** All planes beside each other, as a data URL of a grey image. */
  atlas: string;
  /** The same for the label map; absent for an image without one. */
  labels?: string;
}

/** What a trial answered. */
export interface PageAnswer {
  text: string;
  /** Null for an open question, which is not simply right or wrong. */
  correct: boolean | null;
}

/** A test question of the cases. */
export interface PageCase {
  /** Id of its record; the only name that a page gives an image. */
  id: string;
  /** Index among the images; null where the run holds none. */
  image: number | null;
  modality: string;
  organ: string;
  task: string;
  skill: string;
  question: string;
  options: readonly string[];
  reference: string;
  /** Labels of the organ that it is about. */
  labels: readonly number[];
  /** By trial; null where a trial has no answer to it. */
  answers: readonly (PageAnswer | null)[];
}

/** Test questions drawn from a run. */
export interface PageCases {
  trials: readonly string[];
  images: readonly PageImage[];
  cases: readonly PageCase[];
  /** Test questions and images of the run, of which these are a part. */
  allCases: number;
  allImages: number;
}

/** A question of a case study, with the answers of all its models. */
export interface PageStudyCase extends Omit<PageCase, 'image' | 'labels'> {
  /** Data URL of one slice; absent where no run holds the image. */
  picture?: string;
  /** Which slice it is: `slice 16 of 32`. */
  place?: string;
}

/** The same questions in several models, of runs or of files of predictions (Figure 7 of the paper). */
export interface PageStudy {
  /** Closed questions of the shared ones, and how many each model answered rightly. */
  models: readonly { title: string; right: number; closed: number }[];
  /** Questions that all models answered, and those of them on which some are right and some wrong. */
  shared: number;
  differing: number;
  cases: readonly PageStudyCase[];
}

/** How a run was made: names and what they are, in groups; and the spec as it was resolved. */
export interface PageOrigin {
  facts: readonly { title: string; rows: readonly (readonly [name: string, value: string])[] }[];
  spec: unknown;
}

/** Visual tokens of a model in the plane (Figure 6 of the paper). */
export interface PageTokenMap {
  /** Short name of the trial. */
  trial: string;
  /** By t-SNE; the axes have no unit. */
  points: readonly { x: number; y: number; modality: 'slice' | 'volume' }[];
  images: number;
  /** Mean silhouette of slices and volumes among the tokens themselves, not in the plane. */
  silhouette: number;
  perplexity: number;
  divergence: number;
}

/** One run on a page. */
export interface PageRun {
  id: string;
  /** What the run asks, as its spec says it. */
  question?: string;
  /** Varied axes and their values: `SCE: off, on`. */
  varied: readonly string[];
  table: AblationTable;
  skills?: SkillsTable;
  forest?: Forest;
  /** Accuracy by organ, category, task and skill. */
  groups?: readonly GroupScores[];
  tokenMap?: PageTokenMap;
  /** Visual tokens of an image, by the title of a row. */
  tokens?: Readonly<Record<string, Readonly<Record<'slice' | 'volume', number>>>>;
  cost: SweepCost;
  /** Absent when it is complete. */
  unfinished?: Unfinished;
  failures: readonly { task: string; message: string }[];
  curves: readonly PageCurve[];
  cases?: PageCases;
  origin: PageOrigin;
}
