import {
  type Generator,
  ORGAN_CLASS_LABELS,
  ORGAN_CLASSES,
  type Question,
  type Volume,
} from '@omnict/core';
import { mostLikelyOption } from '@omnict/eval';
import { matchMask, prepareMask, prepareVolume, readMask, readVolume } from '@omnict/io';
import {
  answerSamples,
  createSample,
  disposeOmniCT,
  encodeImage,
  loadOmniCT,
  type ModelSample,
  type OmniCT,
  resolveModelFolder,
  scoreAnswers,
} from '@omnict/model';
import { selectEngine } from '@omnict/nn';
import { basename } from 'node:path';
import { digestOfPath } from './image-digest';
import { questionText } from './question-text';

/** HU of air: what an image shows that is not there. */
const AIR_HU = -1000;

/** Features of images kept while neighbouring questions are about the same one. */
const KEPT_IMAGES = 4;

/** How a checkpoint is asked. */
export interface CheckpointGeneratorOptions {
  folder: string;
  maxNewTokens: number;
  /** How a question with options is answered: in words, or by the option that is most likely. */
  choice: 'generated' | 'likelihood';
  /** Questions generated together. Default 8. */
  batchSize?: number;
  /** Engine to run on; default: the best one here. */
  engine?: string;
  signal?: AbortSignal;
}

/** A trained OmniCT that answers questions about images on disk. */
export class CheckpointGenerator implements Generator {
  readonly name: string;
  readonly identity: Generator['identity'];
  private readonly features = new Map<string, Promise<Float32Array>>();

  constructor(
    private readonly omnict: OmniCT,
    private readonly options: CheckpointGeneratorOptions & { digest: string },
  ) {
    const { folder, digest, maxNewTokens, choice } = options;
    this.name = basename(folder);
    this.identity = { kind: 'checkpoint', digest, maxNewTokens, decoding: 'greedy', choice };
  }

  async generate(questions: readonly Question[]): Promise<string[]> {
    const { maxNewTokens, choice, batchSize = 8, signal } = this.options;
    const chosen = new Map<number, string>();
    const open: ModelSample[] = [];
    for (const [index, question] of questions.entries()) {
      signal?.throwIfAborted();
      const sample = await this.sample(question);
      const options = choice === 'likelihood' ? (question.options ?? []) : [];
      if (options.length === 0) open.push(sample);
      else chosen.set(index, await this.mostLikely(sample, options));
    }
    const generated = await answerSamples(this.omnict, open, {
      batchSize,
      maxNewTokens,
      ...(signal !== undefined && { signal }),
    });
    return questions.map((_, index) => chosen.get(index) ?? generated.shift() ?? '');
  }

  dispose(): void {
    disposeOmniCT(this.omnict);
  }

  private async mostLikely(sample: ModelSample, options: readonly string[]): Promise<string> {
    const scores = await scoreAnswers(this.omnict, sample, options);
    const logProbabilities = scores.map(({ logProbability }) => logProbability);
    return options[mostLikelyOption(logProbabilities, options)] ?? '';
  }

  private async sample(question: Question) {
    const { id, modality, image } = question;
    const volume = image === null ? undefined : (await readVolume(image)).volume;
    return createSample(this.omnict, {
      id,
      image: image ?? undefined,
      modality,
      question: questionText(question),
      features: await this.featuresOf(question, volume),
      region: volume === undefined ? undefined : await this.region(question, volume),
    });
  }

  /** Features of the image; of air when there is none. */
  private featuresOf({ image, modality }: Question, volume: Volume | undefined) {
    if (!this.omnict.config.model.vision) return Promise.resolve(undefined);
    const key = `${modality}\n${image ?? ''}`;
    const known = this.features.get(key) ?? this.encode(modality, volume);
    this.features.delete(key);
    this.features.set(key, known);
    const [oldest] = this.features.keys();
    if (this.features.size > KEPT_IMAGES && oldest !== undefined) this.features.delete(oldest);
    return known;
  }

  private async encode(
    modality: Question['modality'],
    volume: Volume | undefined,
  ): Promise<Float32Array> {
    const { encoder, config } = this.omnict;
    const { prepare, model } = config;
    const prepared = prepareVolume(volume ?? airLike(modality), { ...prepare, modality });
    const features = encodeImage(encoder, prepared, { modality, sce: model.sce });
    const values = (await features.data()) as Float32Array;
    features.dispose();
    return values;
  }

  private async region({ mask: path, organ: name, modality }: Question, volume: Volume) {
    const organ = ORGAN_CLASSES.find((known) => known === name);
    if (path === undefined || organ === undefined) return undefined;
    const mask = matchMask(await readMask(path, { image: volume }), volume);
    const { prepare } = this.omnict.config;
    return { mask: prepareMask(mask, { ...prepare, modality }), labels: ORGAN_CLASS_LABELS[organ] };
  }
}

/** Loads a model folder. @throws errors of the loaders */
export async function loadCheckpointGenerator(
  options: CheckpointGeneratorOptions,
): Promise<CheckpointGenerator> {
  await selectEngine(options.engine);
  const digest = await digestOfPath(resolveModelFolder(options.folder));
  const omnict = await loadOmniCT(options.folder);
  return new CheckpointGenerator(omnict, { ...options, digest });
}

/** Preparation resamples: how large it is does not matter. */
function airLike(modality: Question['modality']): Volume {
  const depth = modality === 'slice' ? 1 : 4;
  return {
    data: new Float32Array(depth * 4 * 4).fill(AIR_HU),
    shape: [depth, 4, 4],
    spacing: [1, 1, 1],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    unit: 'HU',
  };
}
