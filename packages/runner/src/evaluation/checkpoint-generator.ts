import { mostLikelyOption } from '@omnict/eval';
import { type Generator, type Question } from '@omnict/core';
import type { ReadOptions } from '@omnict/io';
import {
  type AskRequest,
  type ModelSample,
  openOmniCT,
  type OpenOmniCT,
  resolveModelFolder,
} from '@omnict/model';
import { basename } from 'node:path';
import { digestOfPath } from './image-digest';

/** How a checkpoint is asked. */
export interface CheckpointGeneratorOptions {
  folder: string;
  maxNewTokens: number;
  /** How a question with options is answered: in words, or by the option that is most likely. */
  choice: 'generated' | 'likelihood';
  /** Questions generated together. Default 8. */
  batchSize?: number;
  /** How image files are read; default: as the model was trained. */
  read?: ReadOptions;
  /** Engine to run on; default: the best one here. */
  engine?: string;
  /** Told what the reader had to assume or mend, once an image. */
  onNotice?: (notice: string) => void;
  signal?: AbortSignal;
}

/** A trained OmniCT that answers questions about images on disk. */
export class CheckpointGenerator implements Generator {
  readonly name: string;
  readonly identity: Generator['identity'];
  private readonly told = new Set<string>();

  constructor(
    private readonly omnict: OpenOmniCT,
    private readonly options: CheckpointGeneratorOptions & { digest: string },
  ) {
    const { folder, digest, maxNewTokens, choice, read } = options;
    this.name = basename(folder);
    this.identity = {
      kind: 'checkpoint',
      digest,
      maxNewTokens,
      decoding: 'greedy',
      choice,
      ...(read !== undefined && { read }),
    };
  }

  async generate(questions: readonly Question[]): Promise<string[]> {
    const { maxNewTokens, choice, batchSize = 8, signal } = this.options;
    const chosen = new Map<number, string>();
    const open: ModelSample[] = [];
    for (const [index, question] of questions.entries()) {
      signal?.throwIfAborted();
      const options = choice === 'likelihood' ? (question.options ?? question.answers ?? []) : [];
      if (options.length > 0) chosen.set(index, await this.mostLikely(question, options));
      else open.push(await this.sample(question));
    }
    const generated = await this.omnict.answerSamples(open, {
      batchSize,
      maxNewTokens,
      ...(signal !== undefined && { signal }),
    });
    return questions.map((_, index) => chosen.get(index) ?? generated.shift() ?? '');
  }

  dispose(): void {
    this.omnict.dispose();
  }

  private async mostLikely(question: Question, choices: readonly string[]): Promise<string> {
    const { choices: scores = [], warnings } = await this.omnict.ask({
      ...this.request(question),
      choices,
    }).result;
    this.tell(question, warnings);
    const logProbabilities = scores.map(({ logProbability }) => logProbability);
    return choices[mostLikelyOption(logProbabilities, choices)] ?? '';
  }

  private async sample(question: Question): Promise<ModelSample> {
    const { sample, seen } = await this.omnict.sample(this.request(question));
    this.tell(question, seen.warnings);
    return sample;
  }

  private request(question: Question): AskRequest {
    const { read, maxNewTokens } = this.options;
    const { values: assume } = question;
    return { ...question, read: assume === undefined ? read : { ...read, assume }, maxNewTokens };
  }

  private tell({ id, image }: Question, warnings: readonly string[]): void {
    for (const warning of warnings) {
      const key = `${image ?? ''}\n${warning}`;
      if (!this.told.has(key)) this.options.onNotice?.(`question '${id}': ${warning}`);
      this.told.add(key);
    }
  }
}

/** Loads a model folder. @throws errors of the loaders */
export async function loadCheckpointGenerator(
  options: CheckpointGeneratorOptions,
): Promise<CheckpointGenerator> {
  const { folder, engine } = options;
  const digest = await digestOfPath(resolveModelFolder(folder));
  const omnict = await openOmniCT(folder, { engine });
  await omnict.load();
  return new CheckpointGenerator(omnict, { ...options, digest });
}
