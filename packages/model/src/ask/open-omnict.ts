import type { DialogueTurn, Modality, Volume } from '@omnict/core';
import { loadVisionEncoder, type VisionEncoder } from '@omnict/encoding';
import {
  namesOf,
  type NamedStructures,
  type ReadOptions,
  structuresAsked,
  structuresOf,
} from '@omnict/io';
import {
  type AnswerGenerator,
  type AnswerPrecision,
  createGenerator,
  type SamplingOptions,
} from '@omnict/llm';
import { selectEngine } from '@omnict/nn';
import { type AnswerOptions, answerSamples } from '../answer';
import { disposeOmniCT, type OmniCT } from '../assemble';
import type { ModelSample } from '../batch';
import {
  languageModelFolder,
  loadOmniCT,
  readModelConfig,
  resolveModelFolder,
} from '../model-folder';
import { type AnswerScore, scoreAnswers } from '../score-answers';
import { towersOf } from '../towers';
import { AnswerStream } from './answer-stream';
import { OpenedImages } from './opened-images';
import { recordSample } from './record-sample';

/** A question about an image. */
export interface AskRequest extends SamplingOptions {
  /** Image file, folder with one series, voxels at hand, or null to ask without an image. */
  image: string | Volume | null;
  question: string;
  /** Label map in the image's geometry, TotalSegmentator's labels. */
  mask?: string | undefined;
  /** Organ classes or names of structures asked about; default: those that the question names. */
  organs?: readonly string[] | undefined;
  /** Organ class that is asked about when the question names no structure. */
  organ?: string | undefined;
  /** Label values asked about, where organ classes are too coarse. */
  organLabels?: readonly number[] | undefined;
  /** Answer choices, which the question lists. */
  options?: readonly string[] | undefined;
  /** Earlier turns of the dialogue, oldest first. */
  history?: readonly DialogueTurn[] | undefined;
  /** Default: one plane is a slice, all else a volume. */
  modality?: Modality | undefined;
  /** Which image of a folder to read, and how strictly; default: as the model was trained. */
  read?: ReadOptions | undefined;
  /** Answers to choose from: the likeliest is the answer, nothing is generated. */
  choices?: readonly string[] | undefined;
  /** Seeds the random organ strategy. Default `question`. */
  id?: string | undefined;
  /** Default 64. */
  maxNewTokens?: number | undefined;
  /** Texts that end the answer; they are not part of it. */
  stop?: readonly string[] | undefined;
  /** Seeds sampling. Default 0. */
  seed?: number | string | undefined;
  /** Of the matrix products; default: as the model was opened. */
  precision?: AnswerPrecision | undefined;
  signal?: AbortSignal | undefined;
}

/** The model's answer, and what it looked at. */
export interface ImageAnswer {
  text: string;
  modality: Modality;
  /** `[D, H, W]` of the image as read. */
  shape: readonly number[];
  /** Organs in the mask whose tokens were added; empty when the whole image took their place. */
  organs: readonly string[];
  tokens: { image: number; organ: number; prompt: number; answer: number };
  /** `length`: the answer was cut at the longest that was allowed. */
  finishReason: 'stop' | 'length';
  /** Of the answers to choose from, when there were some. */
  choices?: AnswerScore[];
  /** Remarks of the reader, and why the whole image took the organ's place. */
  warnings: string[];
}

const DEFAULT_NEW_TOKENS = 64;

/** How a model is opened. */
export interface OpenOptions {
  /** Engine to run on; default: the best one here. */
  engine?: string | undefined;
  /** Of the language model's matrix products; int8 and int4 need onnxruntime-node. Default f32. */
  precision?: AnswerPrecision | undefined;
}

/**
 * Opens a trained model. Its parts load when first needed, and once.
 *
 * @param nameOrFolder one of `MODEL_PRESETS`, or a folder that `saveOmniCT` wrote
 * @throws MissingDataError, FormatError, ConfigError when it is no model
 * @example
 * const omnict = await openOmniCT('omnict-tiny');
 * const answer = omnict.ask({ image: 'ct.nii.gz', mask: 'organs.nii.gz', question: 'Is there a nodule?' });
 * for await (const text of answer) process.stdout.write(text);
 * omnict.dispose();
 */
export async function openOmniCT(
  nameOrFolder: string,
  options: OpenOptions = {},
): Promise<OpenOmniCT> {
  const folder = resolveModelFolder(nameOrFolder);
  return new OpenOmniCT(folder, await readModelConfig(folder), options);
}

/** A trained model that is asked one question after another. */
export class OpenOmniCT {
  private loaded: Promise<OmniCT> | undefined;
  private readonly encoders = new Map<string, Promise<VisionEncoder>>();
  private readonly images: OpenedImages;
  private readonly generators = new Map<AnswerPrecision, Promise<AnswerGenerator>>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly folder: string,
    readonly config: OmniCT['config'],
    private readonly options: OpenOptions = {},
  ) {
    this.images = new OpenedImages(config, (modality) => this.loadEncoder(modality));
  }

  /** Asks one question; questions asked meanwhile wait for it. */
  ask(request: AskRequest): AnswerStream<ImageAnswer> {
    const { stop = [], signal } = request;
    return new AnswerStream(
      (growing) => this.inTurn(() => this.answer({ ...request, ...growing }, growing.onText)),
      { stop, signal },
    );
  }

  /** Makes a question into a sample, and says what the model will look at. */
  async sample(
    request: AskRequest,
  ): Promise<{ sample: ModelSample; seen: Omit<ImageAnswer, 'text' | 'finishReason'> }> {
    const { question, options, history, mask: path, id = 'question' } = request;
    const { maxNewTokens = DEFAULT_NEW_TOKENS } = request;
    const asked = askedOf(request);
    const opened = await this.images.open(request);
    const omnict = await this.load();
    const mask =
      path === undefined || request.image === null
        ? undefined
        : await this.images.openMask(request, path);
    const { name, modality, features, geometry } = opened;
    const sample = recordSample(
      omnict,
      {
        id,
        modality,
        question,
        ...(options !== undefined && { options }),
        ...(history !== undefined && { history }),
        organLabels: asked.labels,
      },
      { name, features, mask: mask?.mask },
      { maxTokens: omnict.model.llm.maxPositions - maxNewTokens, truncate: true },
    );
    const { plan, sequence } = sample;
    const seenLabels = new Set(mask?.mask.data);
    const present = namesOf(asked.labels.filter((label) => seenLabels.has(label)));
    const isWhole = plan?.fallback ?? true;
    const warnings = [...opened.warnings, ...(mask?.warnings ?? [])];
    if (sequence.isCut) {
      warnings.push(
        'the question is longer than the language model takes: earlier turns and its beginning are left out',
      );
    }
    if (this.config.model.ose.strategy !== 'none' && isWhole)
      warnings.push(wholeImageReason(path, asked.names));
    const { globalTokens } = omnict.layouts[modality];
    const tokens = {
      image: plan === undefined ? 0 : globalTokens,
      organ: plan?.valid.reduce((sum, valid) => sum + valid, 0) ?? 0,
      prompt: sequence.ids.length,
      answer: 0,
    };
    return {
      sample,
      seen: { modality, shape: geometry.shape, organs: isWhole ? [] : present, tokens, warnings },
    };
  }

  /** Answers samples in their order; graphs that were recorded for earlier ones are used again. */
  async answerSamples(
    samples: readonly ModelSample[],
    options: Omit<AnswerOptions, 'generator'>,
  ): Promise<string[]> {
    const omnict = await this.load();
    return answerSamples(omnict, samples, {
      ...options,
      generator: await this.generator(omnict, options.precision),
    });
  }

  /** The model without its encoder: loads it when it is not loaded yet. @throws errors of the loaders */
  load(): Promise<OmniCT> {
    this.loaded ??= selectEngine(this.options.engine).then(() => loadOmniCT(this.folder));
    return this.loaded;
  }

  /** Frees all that was loaded. */
  dispose(): void {
    for (const generator of this.generators.values()) {
      generator.then(
        (made) => made.dispose(),
        () => undefined,
      );
    }
    this.loaded?.then(disposeOmniCT, () => undefined);
    for (const encoder of this.encoders.values()) {
      encoder.then(
        (loaded) => loaded.dispose(),
        () => undefined,
      );
    }
  }

  private loadEncoder(modality: Modality): Promise<VisionEncoder> {
    const { encoder, size } = towersOf(this.config)[modality];
    const key = JSON.stringify([encoder, size]);
    const loading =
      this.encoders.get(key) ??
      selectEngine(this.options.engine).then(() => loadVisionEncoder(encoder, { size }));
    this.encoders.set(key, loading);
    return loading;
  }

  private generator(
    { model }: OmniCT,
    precision: AnswerPrecision = this.options.precision ?? 'f32',
  ): Promise<AnswerGenerator> {
    const folder = languageModelFolder(this.folder);
    const generator =
      this.generators.get(precision) ?? createGenerator(model.llm, { precision, folder });
    this.generators.set(precision, generator);
    return generator;
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const mine = this.last.then(task);
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private async answer(request: AskRequest, onText: (text: string) => void): Promise<ImageAnswer> {
    const { choices, maxNewTokens = DEFAULT_NEW_TOKENS, signal } = request;
    signal?.throwIfAborted();
    const { sample, seen } = await this.sample(request);
    if (choices !== undefined) {
      const scores = await scoreAnswers(await this.load(), sample, choices);
      const best = scores.reduce((a, b) => (b.logProbability > a.logProbability ? b : a));
      return { text: best.text, ...seen, choices: scores, finishReason: 'stop' };
    }
    const { temperature, topK, topP, repetitionPenalty, stop, seed, precision } = request;
    let made = 0;
    const [text = ''] = await this.answerSamples([sample], {
      batchSize: 1,
      maxNewTokens,
      stop,
      seed,
      precision,
      temperature,
      topK,
      topP,
      repetitionPenalty,
      onText: (_, grown, tokens) => {
        made = tokens;
        onText(grown);
      },
      ...(signal && { signal }),
    });
    return {
      text,
      ...seen,
      tokens: { ...seen.tokens, answer: made },
      finishReason: made >= maxNewTokens ? 'length' : 'stop',
    };
  }
}

/** Structures that a request is about: those it gives, else those of {@link structuresAsked}. */
function askedOf({ organs, organLabels, ...request }: AskRequest): NamedStructures {
  if (organs === undefined || organLabels !== undefined) {
    return structuresAsked({
      question: request.question,
      ...(organLabels !== undefined && { organLabels }),
      ...(request.organ !== undefined && { organ: request.organ }),
    });
  }
  const labels = [...new Set(organs.flatMap((organ) => structuresOf(organ).labels))];
  return { names: namesOf(labels), labels };
}

function wholeImageReason(mask: string | undefined, organs: readonly string[]): string {
  const what = 'organ tokens are taken from the whole image';
  if (mask === undefined) return `no mask: ${what}`;
  if (organs.length === 0) return `the question names no organ, and none was chosen: ${what}`;
  return `the mask has no ${organs.join(' or ')} here: ${what}`;
}
