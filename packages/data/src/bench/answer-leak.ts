import { type QuestionRecord, Random } from '@omnict/core';
import { normalizeText } from '../audit/text-signature';

/** How well the right option is found without looking at the image. */
export interface AnswerLeak {
  questions: number;
  /** Questions the model was trained on; null when it was cross-validated. */
  trainedOn: number | null;
  /** Expected accuracy of guessing: the mean of 1 / options. */
  chance: number;
  /** Accuracy of the text-only model on questions it was not trained on. */
  accuracy: number;
  /** 95 % Wilson interval of the accuracy. */
  interval: [number, number];
  /** Accuracy of taking the longest option, and of taking the most frequent right place. */
  longest: number;
  place: number;
  /** True when the interval lies above chance: the text gives answers away. */
  leaks: boolean;
}

/** How the text-only model is trained and tested. */
export interface AnswerLeakOptions {
  seed?: number;
  /**
   * Questions to train on, others than those to be tested. Left out, the model is cross-validated;
   * then it may fall below chance: where each answer is right equally often, the one that was held
   * out was seen right once less.
   */
  train?: Iterable<Choice>;
  /** Parts for cross-validation; a patient's or image's questions stay together. Default 5. */
  folds?: number;
}

type Choice = Pick<QuestionRecord, 'question' | 'answer' | 'options' | 'image' | 'patient'>;

const FEATURES = 2 ** 18;
const EPOCHS = 12;
const RATE = 0.3;
const DECAY = 1e-4;

/**
 * Blind text-only baseline (as Table 14 asks of a benchmark): a conditional logit over the options of
 * a question, on their words, the pairs of words of question and option, their length and place. On a
 * sound benchmark it does no better than chance.
 */
export function answerLeak(
  records: Iterable<Choice>,
  { seed = 0, folds = 5, train }: AnswerLeakOptions = {},
): AnswerLeak {
  const items = [...records].flatMap(featured);
  const random = new Random(seed);
  const training = train === undefined ? null : [...train].flatMap(featured);
  const right =
    training === null
      ? crossValidated(items, folds, random)
      : countRight(items, fit(training, random));
  const count = items.length;
  const share = (of: number): number => (count === 0 ? 0 : of / count);
  const chance = share(items.reduce((sum, { options }) => sum + 1 / options.length, 0));
  const interval = wilson(right, count);
  return {
    questions: count,
    trainedOn: training?.length ?? null,
    chance,
    accuracy: share(right),
    interval,
    longest: share(items.filter(({ right: at, longest }) => at === longest).length),
    place: share(Math.max(0, ...placeCounts(items))),
    leaks: interval[0] > chance,
  };
}

/** How many are right when each part is answered by a model of the other parts. */
function crossValidated(items: readonly Item[], folds: number, random: Random): number {
  const foldOf = new Map<string, number>();
  for (const group of random.shuffle([...new Set(items.map((item) => item.group))])) {
    foldOf.set(group, foldOf.size % folds);
  }
  let right = 0;
  for (let fold = 0; fold < folds; fold++) {
    const others = items.filter(({ group }) => foldOf.get(group) !== fold);
    const held = items.filter(({ group }) => foldOf.get(group) === fold);
    right += countRight(held, fit(others, random));
  }
  return right;
}

function countRight(items: readonly Item[], weights: Float32Array): number {
  return items.filter((item) => argmax(scores(item, weights)) === item.right).length;
}

interface Item {
  /** Feature numbers of each option. */
  options: Uint32Array[];
  right: number;
  longest: number;
  group: string;
}

function featured({ question, answer, options = [], image, patient }: Choice): Item[] {
  const right = options.indexOf(answer);
  if (right < 0 || options.length < 2) return [];
  const asked = [...new Set(normalizeText(question).split(' '))];
  const lengths = options.map((option) => option.length);
  const longest = argmax(lengths);
  const shortest = argmax(lengths.map((length) => -length));
  return [
    {
      options: options.map((option, place) => {
        const text = normalizeText(option);
        const words = [...new Set(text.split(' '))];
        return Uint32Array.from(
          [
            `place ${place}`,
            `text ${text}`,
            ...(place === longest ? ['longest'] : []),
            ...(place === shortest ? ['shortest'] : []),
            ...words.map((word) => `word ${word}`),
            ...words.flatMap((word) => asked.map((other) => `pair ${other} ${word}`)),
          ].map(featureNumber),
        );
      }),
      right,
      longest,
      group: patient ?? image,
    },
  ];
}

/** Stochastic gradient ascent of the log-likelihood of the right options. */
function fit(items: readonly Item[], random: Random): Float32Array {
  const weights = new Float32Array(FEATURES);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const rate = RATE / (1 + epoch);
    for (const item of random.shuffle(items)) {
      const values = scores(item, weights);
      const top = Math.max(...values);
      const exponentials = values.map((value) => Math.exp(value - top));
      const total = exponentials.reduce((sum, value) => sum + value, 0);
      item.options.forEach((features, place) => {
        const wanted = place === item.right ? 1 : 0;
        const gradient = wanted - (exponentials[place] as number) / total;
        const step = (rate * gradient) / Math.sqrt(features.length);
        for (const feature of features) {
          const weight = weights[feature] as number;
          weights[feature] = weight * (1 - rate * DECAY) + step;
        }
      });
    }
  }
  return weights;
}

function scores({ options }: Item, weights: Float32Array): number[] {
  return options.map((features) => {
    let sum = 0;
    for (const feature of features) sum += weights[feature] as number;
    return sum / Math.sqrt(features.length);
  });
}

function placeCounts(items: readonly Item[]): number[] {
  const counts: number[] = [];
  for (const { right } of items) counts[right] = (counts[right] ?? 0) + 1;
  return Array.from(counts, (count) => count ?? 0);
}

function argmax(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > (values[best] as number) ? i : best), 0);
}

/** FNV-1a into the range of features. */
function featureNumber(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) & (FEATURES - 1);
}

/** 95 % Wilson score interval of a share. */
function wilson(successes: number, count: number): [number, number] {
  if (count === 0) return [0, 1];
  const z = 1.96;
  const share = successes / count;
  const centre = share + (z * z) / (2 * count);
  const spread = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  const scale = 1 + (z * z) / count;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}
