import type { Modality } from './volume';

/** One question about one image: all that an evaluation needs to know to ask it. */
export interface Question {
  /** Unique within the dataset. */
  id: string;
  /** Path of the image file or folder. */
  image: string;
  modality: Modality;
  question: string;
  /** Answer choices in order A, B, C, ...; absent for open questions. */
  options?: readonly string[];
}

/** Anything that answers questions: our model, a remote endpoint, a file of predictions. */
export interface Generator {
  /** Name that appears in results. */
  readonly name: string;
  /** Answers the questions in order; one string each. */
  generate(questions: readonly Question[]): Promise<string[]>;
}
