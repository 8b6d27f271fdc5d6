import {
  formatAnswer,
  formatQuestion,
  type Modality,
  ORGAN_CLASS_LABELS,
  Random,
} from '@omnict/core';
import { SLICES_PER_UNIT } from '@omnict/encoding';
import {
  answerSamples,
  createSample,
  type EncodedOmniCT,
  type ModelConfig,
  type ModelSample,
  OmniCTModel,
  RegionEmbedding,
  regionWords,
  visualLayout,
} from '@omnict/model';
import { REGION_VOCABULARY } from '@omnict/phantom';
import type { LanguageModelRecipe } from './recipe-schema';
import type { MappedScene } from './scene-stream';

/** One of a recipe's lessons. */
export type Lesson = LanguageModelRecipe['lessons'][number];

/** A language model that reads region tokens in one layout. */
export interface RegionReader {
  name: string;
  omnict: EncodedOmniCT;
}

/** Region tokens tell their place themselves. */
const NO_TPE = { depthWidth: 2, heightWidth: 2, widthWidth: 2, base: 100 };

/** Puts a language model behind region tokens in place of encoder and projector. */
export function readerOf(
  {
    recipe: { scenes },
    lesson,
    layout,
  }: {
    recipe: LanguageModelRecipe;
    lesson: Pick<Lesson, 'unshuffle'>;
    layout: Lesson['layouts'][number];
  },
  language: EncodedOmniCT['language'],
): RegionReader {
  const { ose, places } = layout;
  const config: ModelConfig = {
    encoder: 'none',
    llm: 'none',
    vision: true,
    sce: false,
    tpe: NO_TPE,
    unshuffle: lesson.unshuffle,
    ose,
  };
  const features = {
    gridSize: scenes.patches,
    volumeUnits: Math.floor(scenes.depth / SLICES_PER_UNIT),
    slicesPerUnit: SLICES_PER_UNIT,
  };
  const layoutOf = (modality: Modality) => visualLayout({ model: config, features }, modality);
  const layouts = { slice: layoutOf('slice'), volume: layoutOf('volume') };
  const { phrases } = REGION_VOCABULARY;
  const model = new OmniCTModel({
    config,
    layouts,
    featureDims: { slice: phrases.length, volume: phrases.length },
    llm: language.model,
    random: new Random('no projector'),
    projector: new RegionEmbedding({
      table: language.model.model.embedTokens.weight,
      words: regionWords(language.tokenizer, phrases),
      blocks: lesson.unshuffle,
      places,
    }),
  });
  const prepare = { window: [-1000, 1000], size: [3, 1, 1] } as const;
  return {
    name: [ose.strategy, ose.tokens2d, places ? 'placed' : 'unplaced'].join('-'),
    omnict: {
      config: { model: config, prepare: { window: [...prepare.window], size: [...prepare.size] } },
      layouts,
      language,
      model,
    },
  };
}

/** Share of training questions whose organ tokens cover the whole image, as without a mask. */
const WITHOUT_MASK = 0.15;

/** A question about a scene as a sample; with `random` as in training, now and then without a mask. */
export function sampleOf(
  omnict: EncodedOmniCT,
  {
    scene,
    map,
    question,
    random,
  }: {
    scene: MappedScene;
    map: Float32Array;
    question: MappedScene['questions'][number];
    random: Random | undefined;
  },
  withAnswer: boolean,
): ModelSample {
  const labels = question.organLabels ?? ORGAN_CLASS_LABELS[question.organ];
  const hidesMask = random !== undefined && random.uniform() < WITHOUT_MASK;
  return createSample(omnict, {
    id: `${scene.id}/${random?.uint32() ?? 0}`,
    image: scene.id,
    modality: scene.modality,
    question: formatQuestion(question),
    ...(withAnswer ? { answer: formatAnswer(question) } : {}),
    features: map,
    region: hidesMask ? undefined : { mask: scene.mask, labels },
  });
}

/** Asks the questions of scenes not trained on. @returns share answered right, whole and by skill */
export async function examine(
  { name, omnict }: RegionReader,
  scenes: readonly MappedScene[],
): Promise<Record<string, number>> {
  const asked = scenes.flatMap((scene) =>
    scene.questions
      .filter(({ answers }) => answers !== undefined)
      .map((question) => ({ scene, question })),
  );
  const samples = asked.map(({ scene, question }) =>
    sampleOf(omnict, { scene, map: scene.map, question, random: undefined }, false),
  );
  const answers = await answerSamples(omnict, samples, { batchSize: 48, maxNewTokens: 8 });
  const groups = new Map<string, { right: number; count: number }>();
  for (const [index, { scene, question }] of asked.entries()) {
    const isRight = answers[index] === formatAnswer(question);
    for (const group of [scene.modality, `${scene.modality}/${question.skill}`]) {
      const counts = groups.get(group) ?? { right: 0, count: 0 };
      groups.set(group, { right: counts.right + (isRight ? 1 : 0), count: counts.count + 1 });
    }
  }
  return Object.fromEntries(
    [...groups].map(([group, { right, count }]) => [`${name}/${group}`, right / count]),
  );
}
