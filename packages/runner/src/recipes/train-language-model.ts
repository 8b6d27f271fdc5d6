import {
  askQuestions,
  formatAnswer,
  formatQuestion,
  phantomGrid,
  phantomPlane,
  renderPhantom,
  samplePhantom,
  sceneFacts,
} from '@omnict/data';
import {
  ChatTemplate,
  loadTokenizer,
  Qwen2ForCausalLM,
  resolveLanguageModelFolder,
  saveLanguageModel,
} from '@omnict/llm';
import {
  answerSamples,
  assemble,
  collate,
  createSample,
  type ModelSample,
  type OmniCT,
} from '@omnict/model';
import { loadVisionEncoder } from '@omnict/encoding';
import { type Modality, Random } from '@omnict/nn';
import { train } from '@omnict/train';
import type { LanguageModelRecipe } from './recipe-schema';
import type { RecipeContext } from './run-recipe';

/** Volumes are drawn coarsely: only what can be seen matters here, not the pixels. */
const COARSE_VOLUME = [24, 64, 64] as const;
const SLICE_OF = [48, 128, 128] as const;

/** Voxels of {@link SLICE_OF} in one of {@link COARSE_VOLUME}. */
const COARSENESS = 8;

/** A scene in words, a question about it, and the answer. */
interface TextExample {
  modality: Modality;
  question: string;
  answer: string;
}

/**
 * Trains a Qwen2 from nothing on questions about scenes told in words, and writes it as a Hugging
 * Face folder. Reading, comparing and choosing are learnt here; what remains for OmniCT's two stages
 * is to see.
 *
 * @returns share of held-out questions answered word for word
 */
export async function trainLanguageModel(
  recipe: LanguageModelRecipe,
  { out, log, progress }: RecipeContext,
): Promise<Record<string, number>> {
  const examples = new Random(3).shuffle(makeExamples(recipe));
  const test = examples.slice(0, recipe.heldOut);
  const tokenizer = await loadTokenizer(resolveLanguageModelFolder(recipe.tokenizer));
  const model = new Qwen2ForCausalLM(
    { ...recipe.languageModel, vocabSize: tokenizer.vocabularySize },
    new Random(`qwen2-tiny/${recipe.seed}`),
  );
  log(`${model.parameterCount()} parameters, ${examples.length} questions`);
  const omnict = assemble(TEXT_ONLY, {
    encoder: await loadVisionEncoder(TEXT_ONLY.model.encoder),
    language: { model, tokenizer, chatTemplate: new ChatTemplate(tokenizer.chatTemplate) },
    seed: 0,
  });
  const samples = examples
    .slice(recipe.heldOut)
    .map((example, index) => sampleOf(omnict, example, { index, withAnswer: true }));
  await train({
    config: recipe.train,
    seed: recipe.seed,
    modalities: samples.map(({ modality }) => modality),
    parameters: model.namedParameters('llm.'),
    loss: (inputs) => omnict.model.answerLoss(inputs),
    batchOf: (indices) =>
      omnict.model.tensors(
        collate(
          indices.map((index) => samples[index] as ModelSample),
          { side: 'right', lengthMultiple: 32, visualTokens: { slice: 0, volume: 0 } },
        ),
      ),
    onStep: progress,
  });
  await saveLanguageModel(out, { model, tokenizer }, { floats: 'F16' });
  const answers = await answerSamples(
    omnict,
    test.map((example, index) => sampleOf(omnict, example, { index, withAnswer: false })),
    { batchSize: 50, maxNewTokens: 40 },
  );
  const right = answers.filter((answer, index) => answer === test[index]?.answer).length;
  return { exact: right / test.length };
}

/** The model around the language model; without vision its other parts are never run. */
const TEXT_ONLY: OmniCT['config'] = {
  prepare: { window: [-1000, 1000], size: [32, 108, 108] },
  model: {
    encoder: 'siglip-tiny',
    llm: 'qwen2-tiny',
    vision: false,
    sce: false,
    tpe: { depthWidth: 16, heightWidth: 8, widthWidth: 8, base: 100 },
    unshuffle: { slice: 1, volume: 3 },
    ose: { strategy: 'none', tokens2d: 9, tokens3d: 10 },
  },
};

function makeExamples(recipe: LanguageModelRecipe): TextExample[] {
  return Array.from({ length: recipe.phantoms }, (_, index) => {
    const random = new Random(`lm/${recipe.seed}/lm-${index}`);
    const phantom = samplePhantom(`lm-${index}`, random.fork('phantom'));
    const modality: Modality = index % 2 === 0 ? 'volume' : 'slice';
    const isVolume = modality === 'volume';
    const grid = isVolume
      ? phantomGrid(COARSE_VOLUME)
      : phantomPlane(phantomGrid(SLICE_OF), phantom, random.fork('plane'));
    const rendered = renderPhantom(phantom, grid, random.fork('pixels'));
    if (isVolume) rendered.lesionVoxels = rendered.lesionVoxels.map((count) => count * COARSENESS);
    const scene = { phantom, rendered, modality };
    const count = isVolume ? recipe.questionsPerVolume : recipe.questionsPerSlice;
    return askQuestions(scene, count, random.fork('q')).map((draft) => ({
      modality,
      question: `${sceneFacts(scene, random.fork('facts'))}\n${formatQuestion(draft)}`,
      answer: formatAnswer(draft),
    }));
  }).flat();
}

function sampleOf(
  omnict: OmniCT,
  { modality, question, answer }: TextExample,
  { index, withAnswer }: { index: number; withAnswer: boolean },
): ModelSample {
  return createSample(omnict, {
    id: String(index),
    modality,
    question,
    answer: withAnswer ? answer : undefined,
    features: undefined,
    region: undefined,
  });
}
