import { hostLabels, hostNamed } from '../hosts';
import type { Lesion } from '../lesions';
import { onlyLesion, type QuestionDraft, type QuestionTemplate, type Scene, viewOf } from './scene';

/** @file Questions about several lesions, or about a lesion's place along the body. */

/** Hosts at much the same height: which lesion is higher does not follow from the anatomy. */
const PAIRS = [
  ['liver', 'spleen'],
  ['liver', 'stomach'],
  ['spleen', 'stomach'],
] as const;

/** Hosts of one lesion whose sizes are compared. */
const COMPARED = [
  ...PAIRS,
  ['liver', 'kidneys'],
  ['spleen', 'kidneys'],
  ['stomach', 'kidneys'],
] as const;

/** Heights that units of three slices tell apart, mm. */
const HIGHER_MM = 36;

/** Which of two lesions is higher? */
export const higherLesion: QuestionTemplate = (scene) => {
  if (scene.modality === 'slice') return [];
  return [...lungPair(scene), ...organPairs(scene, PAIRS)].flatMap(({ names, lesions, labels }) => {
    const difference = lesions[0].shape.center[2] - lesions[1].shape.center[2];
    if (Math.abs(difference) < HIGHER_MM) return [];
    return [
      relation(labels, {
        skill: 'z-order',
        question: `Which is higher, the lesion in the ${names[0]} or in the ${names[1]}?`,
        answers: names,
        answer: difference > 0 ? names[0] : names[1],
      }),
    ];
  });
};

/** Which of two lesions is larger? */
export const largerLesion: QuestionTemplate = (scene) =>
  organPairs(scene, COMPARED).flatMap(({ names, lesions, labels }) => {
    const [first, second] = lesions.map(({ size }) => size);
    const isClear =
      (first === 'small' && second === 'large') || (first === 'large' && second === 'small');
    if (!isClear || scene.modality === 'slice') return [];
    return [
      relation(labels, {
        skill: 'comparison',
        question: `Which is larger, the lesion in the ${names[0]} or in the ${names[1]}?`,
        answers: names,
        answer: first === 'large' ? names[0] : names[1],
      }),
    ];
  });

/** How many nodules are in the lungs? */
export const noduleCount: QuestionTemplate = (scene) => {
  const { lesions, isBorderline } = viewOf(scene, 'lungs');
  const words = ['one', 'two', 'three'];
  const answer = words[lesions.length - 1];
  if (scene.modality === 'slice' || isBorderline || answer === undefined) return [];
  return [
    {
      ...relation(hostLabels(hostNamed('lungs')), {
        skill: 'count',
        question: 'How many lesions are in the lungs?',
        answers: words,
        answer,
      }),
      organ: 'lungs',
    },
  ];
};

/** Shares of the lungs' height where a third begins, and what is too near to one. */
const THIRDS = { middle: 0.36, upper: 0.62, margin: 0.05 } as const;

/** In which third is the only nodule of both lungs, or of one lung where the other has one too? */
export const noduleThird: QuestionTemplate = (scene) => {
  if (scene.modality === 'slice') return [];
  const only = onlyLesion(scene, 'lungs');
  if (only !== null) {
    return thirdOf(scene, only, {
      place: 'lungs in their',
      labels: hostLabels(hostNamed('lungs')),
    });
  }
  return lungPair(scene).flatMap(({ names, lesions }) =>
    lesions.flatMap((lesion, index) =>
      thirdOf(scene, lesion, { place: `${names[index]} in its`, labels: [...lesion.labels] }),
    ),
  );
};

function thirdOf(
  scene: Scene,
  lesion: Lesion,
  { place, labels }: { place: string; labels: number[] },
): QuestionDraft[] {
  const [low, high] = scene.phantom.anatomy.lungs;
  const share = (lesion.shape.center[2] - low) / (high - low);
  const { middle, upper, margin } = THIRDS;
  if (Math.abs(share - middle) < margin || Math.abs(share - upper) < margin) return [];
  return [
    {
      ...relation(labels, {
        skill: 'z-position',
        question: `Is the lesion in the ${place} lower, middle or upper part?`,
        answers: ['lower', 'middle', 'upper'],
        answer: share < middle ? 'lower' : share > upper ? 'upper' : 'middle',
      }),
      organ: 'lungs',
    },
  ];
}

interface Pair {
  names: readonly [string, string];
  lesions: readonly [Lesion, Lesion];
  labels: number[];
}

function organPairs(scene: Scene, pairs: readonly (readonly [string, string])[]): Pair[] {
  return pairs.flatMap((names): Pair[] => {
    const lesions = names.map((name) => onlyLesion(scene, name));
    const [first, second] = lesions;
    if (first === null || first === undefined || second === null || second === undefined) return [];
    const labels = names.flatMap((name) => hostLabels(hostNamed(name)));
    return [{ names, lesions: [first, second], labels }];
  });
}

/** One nodule in each lung. */
function lungPair(scene: Scene): Pair[] {
  const { lesions, isBorderline } = viewOf(scene, 'lungs');
  const left = lesions.find(({ side }) => side === 'left');
  const right = lesions.find(({ side }) => side === 'right');
  if (isBorderline || lesions.length !== 2 || left === undefined || right === undefined) return [];
  return [
    {
      names: ['left lung', 'right lung'],
      lesions: [left, right],
      labels: hostLabels(hostNamed('lungs')),
    },
  ];
}

function relation(
  organLabels: number[],
  draft: Pick<QuestionDraft, 'skill' | 'question' | 'answers' | 'answer'>,
): QuestionDraft {
  return { organ: 'others', organLabels, taskType: 'short-answer', category: 'AII', ...draft };
}
