import { ORGAN_CLASS_LABELS, type Modality, Random } from '@omnict/core';
import { formatAnswer, formatQuestion } from '@omnict/data';
import { REGION_VOCABULARY } from '@omnict/phantom';
import { SLICES_PER_UNIT } from '@omnict/encoding';
import {
  ChatTemplate,
  loadTokenizer,
  Qwen2ForCausalLM,
  resolveLanguageModelFolder,
  saveLanguageModel,
} from '@omnict/llm';
import {
  answerSamples,
  collate,
  createSample,
  type EncodedOmniCT,
  type ModelConfig,
  type ModelSample,
  OmniCTModel,
  RegionEmbedding,
  regionTokenIds,
  visualLayout,
} from '@omnict/model';
import { type NamedTensors } from '@omnict/nn';
import { train } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';
import type { LanguageModelRecipe } from './recipe-schema';
import type { RecipeContext } from './run-recipe';
import { type MappedScene, SceneStream } from './scene-stream';

type Lesson = LanguageModelRecipe['lessons'][number];

/** A language model that reads region tokens in one layout. */
interface Reader {
  name: string;
  omnict: EncodedOmniCT;
}

/** Share of questions whose organ tokens cover the whole image, as without a mask. */
const WITHOUT_MASK = 0.15;

/**
 * Trains a Qwen2 from nothing on questions about phantoms that it sees as region tokens, sums of the
 * embeddings of what describes each region, and writes it as a Hugging Face folder. Lessons follow each
 * other from few tokens to many, each over several layouts so that none is favoured. What remains for
 * OmniCT's two stages is to see.
 *
 * @returns share of closed questions answered right in each layout of the last lesson
 */
export async function trainLanguageModel(
  recipe: LanguageModelRecipe,
  { out, log, progress }: RecipeContext,
): Promise<Record<string, number>> {
  const { seed, scenes } = recipe;
  const tokenizer = await loadTokenizer(resolveLanguageModelFolder(recipe.tokenizer));
  const { hiddenSize, numAttentionHeads } = recipe.languageModel;
  const model = new Qwen2ForCausalLM(
    {
      ...recipe.languageModel,
      headSize: hiddenSize / numAttentionHeads,
      vocabSize: tokenizer.vocabularySize,
    },
    new Random(`qwen2-tiny/${seed}`),
  );
  log(`${model.parameterCount()} parameters`);
  const language = { model, tokenizer, chatTemplate: new ChatTemplate(tokenizer.chatTemplate) };
  const streamsOf = (name: string, size: Record<Modality, number>): SceneStream[] =>
    (['slice', 'volume'] as const).map(
      (modality) =>
        new SceneStream({
          name: `${seed}/${name}`,
          modality,
          shape: [scenes.depth, scenes.imageSize, scenes.imageSize],
          patches: scenes.patches,
          size: size[modality],
          questions: modality === 'volume' ? scenes.questionsPerVolume : scenes.questionsPerSlice,
        }),
    );
  const streams = streamsOf('train', { slice: scenes.pool.slices, volume: scenes.pool.volumes });
  const test = streamsOf('test', scenes.test);
  for (const stream of test) stream.renew(0);
  let scores: Record<string, number> = {};
  for (const [index, lesson] of recipe.lessons.entries()) {
    const readers = lesson.layouts.map((layout) => readerOf({ recipe, lesson, layout }, language));
    const random = new Random(`lesson/${seed}/${index}`);
    await train({
      config: lesson.train,
      seed,
      modalities: Array.from({ length: lesson.steps * lesson.train.batchSize }, () => 'slice'),
      parameters: model.namedParameters('llm.'),
      loss: (inputs) => {
        const reader = readers.find(({ name }) => name in inputs) as Reader;
        return reader.omnict.model.answerLoss(inputs);
      },
      batchOf: (indices) => {
        for (const [i, stream] of streams.entries()) stream.renew(scenes.renew[i] ?? 0);
        const reader = random.choice(readers);
        const batch = drawBatch(reader.omnict, streams, { size: indices.length, random, lesson });
        return { ...tensorsOf(reader.omnict, batch), [reader.name]: tf.scalar(0) };
      },
      onStep: progress,
    });
    scores = {};
    for (const reader of readers) {
      Object.assign(
        scores,
        await examine(
          reader,
          test.flatMap(({ all }) => [...all]),
        ),
      );
    }
    log(`lesson ${index + 1}: ${JSON.stringify(scores)}`);
    await saveLanguageModel(out, { model, tokenizer }, { floats: 'F16' });
  }
  return scores;
}

/** A batch of questions, half about slices, half about volumes, a few images each. */
function drawBatch(
  omnict: EncodedOmniCT,
  streams: readonly SceneStream[],
  { size, random, lesson }: { size: number; random: Random; lesson: Lesson },
): ModelSample[] {
  return streams.flatMap((stream) => {
    const samples: ModelSample[] = [];
    while (samples.length < size / streams.length) {
      const scene = random.choice(stream.all);
      const map = blurred(scene.map, lesson.noise, random);
      for (const question of random.shuffle(scene.questions).slice(0, lesson.questionsPerImage)) {
        if (samples.length < size / streams.length) {
          samples.push(sampleOf(omnict, { scene, map, question, random }, true));
        }
      }
    }
    return samples;
  });
}

function sampleOf(
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
    modality: scene.modality,
    question: formatQuestion(question),
    ...(withAnswer ? { answer: formatAnswer(question) } : {}),
    features: map,
    region: hidesMask ? undefined : { mask: scene.mask, labels },
  });
}

/** A map as an encoder errs: what is there is surer or less sure, and some of what is not there appears. */
function blurred(map: Float32Array, noise: number, random: Random): Float32Array {
  if (noise === 0) return map;
  const seen = map.map((value) => (value === 0 ? 0 : random.uniform(1 - noise, 1)));
  const errors = Math.round(map.length * noise * 0.002);
  for (let i = 0; i < errors; i++) seen[random.integer(map.length)] = random.uniform(0, 0.5);
  return seen;
}

function tensorsOf({ model }: EncodedOmniCT, samples: readonly ModelSample[]): NamedTensors {
  return model.tensors(
    collate(samples, { side: 'right', lengthMultiple: 32, visualTokens: model.visualTokens }),
  );
}

/** Asks the questions of scenes not trained on. @returns share answered right, whole and by skill */
async function examine(
  { name, omnict }: Reader,
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

function readerOf(
  {
    recipe: { scenes },
    lesson,
    layout,
  }: { recipe: LanguageModelRecipe; lesson: Lesson; layout: Lesson['layouts'][number] },
  language: EncodedOmniCT['language'],
): Reader {
  const { ose, places } = layout;
  const config: ModelConfig = {
    ...{ encoder: 'none', llm: 'none', vision: true, sce: false, tpe: NO_TPE },
    ...{ unshuffle: lesson.unshuffle, ose },
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
    featureDim: phrases.length,
    llm: language.model,
    random: new Random('no projector'),
    projector: new RegionEmbedding({
      table: language.model.model.embedTokens.weight,
      ids: regionTokenIds(language.tokenizer, phrases),
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

/** Region tokens tell their place themselves. */
const NO_TPE = { depthWidth: 2, heightWidth: 2, widthWidth: 2, base: 100 };
