import {
  ConfigError,
  type Modality,
  ORGAN_CLASS_LABELS,
  ORGAN_CLASSES,
  type OrganClass,
  type Volume,
} from '@omnict/core';
import { loadVisionEncoder } from '@omnict/encoding';
import { matchMask, prepareMask, prepareVolume, readMask, readVolume } from '@omnict/io';
import {
  type AnswerOptions,
  answerSamples,
  type AnswerScore,
  createSample,
  disposeOmniCT,
  encodeImage,
  loadOmniCT,
  type ModelSample,
  type OmniCT,
  scoreAnswers,
} from '@omnict/model';
import { selectEngine } from '@omnict/nn';

/** A question about a CT image on disk. */
export interface AnswerRequest {
  /** Folder of a trained model. */
  model: string;
  /** Image file, or folder with one series. */
  image: string;
  /** Label map in the image's geometry, TotalSegmentator's labels. */
  mask?: string;
  question: string;
  /** Organ class asked about; default: the one that the question names. */
  organ?: string;
  maxNewTokens?: number;
  /** How tokens are chosen and when the answer ends; default: greedily, at the end of the turn. */
  generation?: Omit<
    AnswerOptions,
    'batchSize' | 'maxNewTokens' | 'onText' | 'onProgress' | 'signal'
  >;
  /** Answers to choose from: the likeliest is the answer, nothing is generated. */
  choices?: readonly string[];
  /** Called with the answer so far, whenever it grew. */
  onText?: (text: string) => void;
  signal?: AbortSignal;
  /** Engine to run on; default: the best one here. */
  engine?: string;
}

/** The model's answer, and what it looked at. */
export interface ImageAnswer {
  answer: string;
  modality: Modality;
  /** `[D, H, W]` of the image as read. */
  shape: readonly number[];
  /** Organ whose tokens were added; absent when the whole image took its place. */
  organ?: OrganClass;
  /** Of the answers to choose from, when there were some. */
  choices?: AnswerScore[];
  /** Remarks of the reader, and why the whole image took the organ's place. */
  warnings: string[];
}

const DEFAULT_NEW_TOKENS = 64;

/**
 * Answers one question about one image: reads, prepares, encodes and generates as training did.
 *
 * An image of one plane is asked about as a slice, any other as a volume.
 *
 * @throws ConfigError for an unknown organ; FormatError, MissingDataError and ShapeError from
 *   reading image, mask and model
 */
export async function answerQuestion(request: AnswerRequest): Promise<ImageAnswer> {
  const organ = organOf(request);
  await selectEngine(request.engine);
  const { volume, warnings: remarks } = await readVolume(request.image);
  const omnict = await loadOmniCT(request.model);
  try {
    const warnings = [...remarks];
    const modality: Modality = volume.shape[0] === 1 ? 'slice' : 'volume';
    const onWarning = (text: string): number => warnings.push(text);
    const region = await organRegion(request, { volume, organ, modality, omnict, onWarning });
    const sample = createSample(omnict, {
      id: 'question',
      modality,
      question: request.question,
      features: await imageFeatures(volume, modality, omnict),
      region,
    });
    const usesOrgan = omnict.config.model.ose.strategy !== 'none';
    const isWhole = sample.plan?.fallback ?? true;
    if (usesOrgan && isWhole) warnings.push(wholeImageReason(request, organ));
    const { shape } = volume;
    const found = { modality, shape, ...(organ && !isWhole && { organ }), warnings };
    return { ...(await answerOf(request, omnict, sample)), ...found };
  } finally {
    disposeOmniCT(omnict);
  }
}

/** Chooses among the answers given, or generates one. */
async function answerOf(
  { choices, generation, maxNewTokens = DEFAULT_NEW_TOKENS, onText, signal }: AnswerRequest,
  omnict: OmniCT,
  sample: ModelSample,
): Promise<Pick<ImageAnswer, 'answer' | 'choices'>> {
  if (choices !== undefined) {
    const scores = await scoreAnswers(omnict, sample, choices);
    const best = scores.reduce((a, b) => (b.logProbability > a.logProbability ? b : a));
    return { answer: best.text, choices: scores };
  }
  const [answer = ''] = await answerSamples(omnict, [sample], {
    ...{ ...generation, batchSize: 1, maxNewTokens },
    onText: (_, text) => onText?.(text),
    ...(signal === undefined ? {} : { signal }),
  });
  return { answer };
}

/** The organ given, or the only one the question names. */
function organOf({ organ, question }: AnswerRequest): OrganClass | undefined {
  if (organ === undefined) {
    const named = ORGAN_CLASSES.filter((name) => mentions(question, name));
    return named.length === 1 ? named[0] : undefined;
  }
  const known = ORGAN_CLASSES.find((name) => name === organ);
  if (known !== undefined) return known;
  throw new ConfigError(
    `predict: unknown organ; expected one of ${ORGAN_CLASSES.join(', ')}, got '${organ}'`,
  );
}

/** True when the question has the organ's name, in singular or plural. */
function mentions(question: string, organ: OrganClass): boolean {
  const singular = organ.replace(/s$/, '');
  return new RegExp(`\\b${singular}s?\\b`, 'i').test(question);
}

async function organRegion(
  { mask: path }: AnswerRequest,
  context: {
    volume: Volume;
    organ: OrganClass | undefined;
    modality: Modality;
    omnict: OmniCT;
    onWarning: (warning: string) => void;
  },
) {
  const { volume, organ, modality, omnict, onWarning } = context;
  if (path === undefined) return undefined;
  const mask = matchMask(await readMask(path, { image: volume, onWarning }), volume);
  if (organ === undefined) return undefined;
  return {
    mask: prepareMask(mask, { ...omnict.config.prepare, modality }),
    labels: ORGAN_CLASS_LABELS[organ],
  };
}

async function imageFeatures(
  volume: Volume,
  modality: Modality,
  { config }: OmniCT,
): Promise<Float32Array | undefined> {
  if (!config.model.vision) return undefined;
  const encoder = await loadVisionEncoder(config.model.encoder, { size: config.prepare.size });
  const prepared = prepareVolume(volume, { ...config.prepare, modality });
  const features = encodeImage(encoder, prepared, { modality, sce: config.model.sce });
  const values = (await features.data()) as Float32Array;
  features.dispose();
  encoder.dispose();
  return values;
}

function wholeImageReason({ mask }: AnswerRequest, organ: OrganClass | undefined): string {
  if (mask === undefined) return 'no mask: organ tokens are taken from the whole image';
  if (organ === undefined) {
    return 'the question names no single organ (set one with --organ): organ tokens are taken from the whole image';
  }
  return `the mask has no ${organ} here: organ tokens are taken from the whole image`;
}
