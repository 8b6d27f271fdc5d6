import type { Modality } from './volume';

/** One question about one image: all that an evaluation needs to know to ask it. */
export interface Question {
  /** Unique within the dataset. */
  id: string;
  /** Path of the image file or folder; null asks without an image. */
  image: string | null;
  modality: Modality;
  question: string;
  /** Answer choices in order A, B, C, ...; absent for open questions. */
  options?: readonly string[];
  /** Label map of organs, in the image's geometry. */
  mask?: string;
  /** Organ class asked about. */
  organ?: string;
}

/** Anything that answers questions: our model, a remote endpoint, a file of predictions. */
export interface Generator {
  /** Name that appears in results. */
  readonly name: string;
  /**
   * All that an answer depends on beside the question and its image: weights, prompt, decoding. Kept
   * answers are found by it, so two generators that may answer differently must differ in it.
   */
  readonly identity: Readonly<Record<string, unknown>>;
  /** Fields of a question that it never reads: questions that differ in nothing else are asked once. */
  readonly ignores?: readonly ('organ' | 'modality')[];
  /** Answers the questions in order; one string each. */
  generate(questions: readonly Question[]): Promise<string[]>;
}
