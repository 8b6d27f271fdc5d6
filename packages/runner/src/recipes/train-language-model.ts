import { ConfigError, Random } from '@omnict/core';
import {
  languageModelBundle,
  loadCausalDecoder,
  loadLanguageModel,
  loadTokenizer,
  Qwen2ForCausalLM,
  resolveLanguageModelFolder,
  saveLanguageModel,
} from '@omnict/llm';
import { collateByImage, type EncodedOmniCT, type ImageQuestions } from '@omnict/model';
import type { NamedTensors } from '@omnict/nn';
import { train } from '@omnict/train';
import * as tf from '@tensorflow/tfjs-core';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LanguageModelRecipe } from './recipe-schema';
import { examine, type Lesson, readerOf, type RegionReader, sampleOf } from './region-reader';
import type { RecipeContext } from './run-recipe';
import { type MappedScene, SceneStream } from './scene-stream';

/** Says in the output folder how many lessons are done. */
const PROGRESS_FILE = 'lessons-done.json';

/**
 * Trains a Qwen2 from nothing on questions about phantoms that it sees as region tokens, sums of the
 * embeddings of what describes each region, and writes it as a Hugging Face folder. Lessons follow each
 * other from few tokens to many, each over several layouts so that none is favoured. What remains for
 * OmniCT's two stages is to see.
 *
 * Run again with the same folder, it goes on after the last lesson that ended.
 *
 * @returns share of closed questions answered right in each layout of the last lesson
 */
export async function trainLanguageModel(
  recipe: LanguageModelRecipe,
  { out, log, progress }: RecipeContext,
): Promise<Record<string, number>> {
  const { seed } = recipe;
  const tokenizer = await loadTokenizer(resolveLanguageModelFolder(recipe.tokenizer));
  const { hiddenSize, numAttentionHeads } = recipe.languageModel;
  const headSize = hiddenSize / numAttentionHeads;
  const model = new Qwen2ForCausalLM(
    { ...recipe.languageModel, headSize, vocabSize: tokenizer.vocabularySize },
    new Random(`qwen2-tiny/${seed}`),
  );
  log(`${model.parameterCount()} parameters`);
  const language = languageModelBundle(model, tokenizer);
  let { done, scores } = await readProgress(out);
  if (done > 0) await loadFrom(out, model);
  for (const [index, lesson] of recipe.lessons.entries()) {
    if (index < done) continue;
    const readers = lesson.layouts.map((layout) => readerOf({ recipe, lesson, layout }, language));
    await teach(
      readers,
      { recipe, lesson, index, parameters: taughtParameters(model, lesson) },
      progress,
    );
    await saveLanguageModel(out, { model, tokenizer }, { floats: 'F16' });
    await loadFrom(out, model); // as a stopped and continued recipe would
    scores = {};
    const scenes = testScenes(recipe);
    for (const reader of readers) Object.assign(scores, await examine(reader, scenes));
    log(`lesson ${index + 1}: ${JSON.stringify(scores)}`);
    done = index + 1;
    await writeFile(join(out, PROGRESS_FILE), `${JSON.stringify({ done, scores }, null, 2)}\n`);
  }
  return scores;
}

/** Examines a language model that a recipe made, in the layouts of its last lesson. */
export async function checkLanguageModel(
  recipe: LanguageModelRecipe,
  folder: string,
): Promise<Record<string, number>> {
  const language = await loadLanguageModel(folder);
  const lesson = recipe.lessons.at(-1) as Lesson;
  const scenes = testScenes(recipe);
  const scores: Record<string, number> = {};
  for (const layout of lesson.layouts) {
    Object.assign(scores, await examine(readerOf({ recipe, lesson, layout }, language), scenes));
  }
  return scores;
}

function testScenes(recipe: LanguageModelRecipe): MappedScene[] {
  const streams = streamsOf(recipe, { name: 'test', size: recipe.scenes.test });
  for (const stream of streams) stream.renew(0);
  return streams.flatMap(({ all }) => [...all]);
}

async function readProgress(
  out: string,
): Promise<{ done: number; scores: Record<string, number> }> {
  const path = join(out, PROGRESS_FILE);
  if (!existsSync(path)) return { done: 0, scores: {} };
  const value = JSON.parse(await readFile(path, 'utf8')) as {
    done: number;
    scores: Record<string, number>;
  };
  if (Number.isInteger(value.done)) return value;
  throw new ConfigError(
    `${path}: expected the number of lessons done; remove the folder to begin anew`,
  );
}

async function loadFrom(folder: string, model: Qwen2ForCausalLM): Promise<void> {
  const saved = await loadCausalDecoder(folder);
  model.loadParameters(saved.namedParameters());
  saved.dispose();
}

function taughtParameters(
  model: Qwen2ForCausalLM,
  { keepsWords }: Lesson,
): Map<string, tf.Variable> {
  const { weight: words } = model.model.embedTokens;
  const all = [...model.namedParameters('llm.')];
  return new Map(all.filter(([, parameter]) => !(keepsWords && parameter === words)));
}

async function teach(
  readers: readonly RegionReader[],
  {
    recipe,
    lesson,
    index,
    parameters,
  }: {
    recipe: LanguageModelRecipe;
    lesson: Lesson;
    index: number;
    parameters: Map<string, tf.Variable>;
  },
  onStep: RecipeContext['progress'],
): Promise<void> {
  const { seed } = recipe;
  const scenes = { ...recipe.scenes, ...lesson.scenes };
  const streams = streamsOf(
    { ...recipe, scenes },
    { name: `train/${index}`, size: scenes.pool, lesson },
  );
  const random = new Random(`lesson/${seed}/${index}`);
  let step = 0;
  await train({
    config: lesson.train,
    seed,
    modalities: Array.from({ length: lesson.steps * lesson.train.batchSize }, () => 'slice'),
    parameters,
    loss: (inputs) => {
      const reader = readers.find(({ name }) => name in inputs) as RegionReader;
      return reader.omnict.model.answerLoss(inputs);
    },
    batchOf: (indices) => {
      for (const stream of streams) {
        const rate = scenes.renew[`${stream.modality}s`];
        stream.renew(Math.floor((step + 1) * rate) - Math.floor(step * rate));
      }
      step++;
      const reader = random.choice(readers);
      const batch = drawBatch(reader.omnict, streams, { size: indices.length, random, lesson });
      const inputs = tensorsOf(reader.omnict, batch, lesson.questionsPerImage);
      return { ...inputs, [reader.name]: tf.scalar(0) }; // tells the loss whose batch it is
    },
    onStep,
  });
}

function streamsOf(
  { seed, scenes }: LanguageModelRecipe,
  {
    name,
    size,
    lesson: { skills, modalities } = { modalities: ['slice', 'volume'] },
  }: {
    name: string;
    size: { slices: number; volumes: number };
    lesson?: Pick<Lesson, 'skills' | 'modalities'>;
  },
): SceneStream[] {
  const questions = { slice: scenes.questionsPerSlice, volume: scenes.questionsPerVolume };
  return modalities.map(
    (modality) =>
      new SceneStream({
        name: `${seed}/${name}`,
        shape: [scenes.depth, scenes.imageSize, scenes.imageSize],
        patches: scenes.patches,
        skills,
        modality,
        size: size[`${modality}s`],
        questions: questions[modality],
      }),
  );
}

/**
 * A batch of images with their questions, as many about slices as about volumes. In a lesson of
 * some skills each image is drawn for one of them, so that rare ones are asked for as often as others.
 */
function drawBatch(
  omnict: EncodedOmniCT,
  streams: readonly SceneStream[],
  { size, random, lesson }: { size: number; random: Random; lesson: Lesson },
): ImageQuestions[] {
  const { questionsPerImage, noise, skills } = lesson;
  const perStream = Math.max(1, Math.round(size / streams.length / questionsPerImage));
  return streams.flatMap((stream) => {
    const bySkill = skills === undefined ? undefined : [...stream.bySkill.entries()];
    return Array.from({ length: perStream }, () => {
      const [skill, scenes] =
        bySkill === undefined ? [undefined, stream.all] : random.choice(bySkill);
      const scene = random.choice(scenes);
      const map = blurred(scene.map, noise, random);
      const shuffled = random.shuffle(scene.questions);
      return [
        ...shuffled.filter((question) => question.skill === skill),
        ...shuffled.filter((question) => question.skill !== skill),
      ]
        .slice(0, questionsPerImage)
        .map((question) => sampleOf(omnict, { scene, map, question, random }, true));
    });
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

function tensorsOf(
  { model }: EncodedOmniCT,
  images: readonly ImageQuestions[],
  each: number,
): NamedTensors {
  return model.tensors(
    collateByImage(images, {
      side: 'right',
      lengthMultiple: 16,
      visualTokens: model.visualTokens,
      questionsPerImage: { slice: each, volume: each },
    }),
  );
}
