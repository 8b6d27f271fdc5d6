import type { StoredValues } from './question-record';
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
  /** Answers that the question can have, where they are few; the model does not read them. */
  answers?: readonly string[];
  /** What the image file's values are, where the source knows it. */
  values?: StoredValues;
  /** Label map of organs, in the image's geometry. */
  mask?: string;
  /** Organ class asked about. */
  organ?: string;
  /** Label values of the mask that are asked about; default: those of the organ class. */
  organLabels?: readonly number[];
  /** Earlier turns of a dialogue, oldest first. */
  history?: readonly DialogueTurn[];
}

/** A question of a dialogue and what was answered. */
export interface DialogueTurn {
  question: string;
  answer: string;
}

/** An answer with what is to be told about it, or why there is none. */
export interface GeneratorReply {
  /** Empty when the question failed. */
  text: string;
  /** `length`: the answer was cut at the longest that was allowed. */
  finishReason?: string;
  failure?: GeneratorFailure;
}

/** Why one question has no answer, while others may have one. */
export interface GeneratorFailure {
  /** Kind, to count by. */
  kind: string;
  message: string;
  /** True when asking once more may help. */
  isPassing: boolean;
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
  /**
   * Answers the questions in order, one reply each: a text, or more about it. A question that fails alone
   * is a reply with its failure; what concerns all questions is thrown, after `onReply` was told of the
   * answers there are.
   */
  generate(
    questions: readonly Question[],
    onReply?: (index: number, reply: GeneratorReply) => Promise<void>,
  ): Promise<(string | GeneratorReply)[]>;
}
