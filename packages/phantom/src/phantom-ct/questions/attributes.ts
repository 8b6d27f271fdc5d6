import { hostLabels, LESION_DENSITIES, LESION_HOSTS, type LesionHost } from '../hosts';
import type { Lesion } from '../lesions';
import {
  onlyLesion,
  type QuestionDraft,
  type QuestionTemplate,
  type Scene,
  showsSize,
  YES_NO,
  yesNo,
} from './scene';

/** Hosts whose lesions may be of any density: elsewhere the host gives part of the answer away. */
const ANY_DENSITY = LESION_HOSTS.filter(({ densities }) => densities.length === 3);
const SIDED = LESION_HOSTS.filter(({ parts }) => parts.length === 2);
const SIZED = LESION_HOSTS.filter(({ sizes }) => sizes.length > 1);
const FLAT = LESION_HOSTS.filter(({ sizes }) => sizes.includes('flat'));

/** How dense is the lesion? */
export const lesionDensity: QuestionTemplate = (scene) =>
  aboutOneLesion(scene, ANY_DENSITY, ({ name }, { density }) => [
    {
      taskType: 'short-answer',
      skill: 'density',
      question: `Is the lesion in the ${name} hypodense, hyperdense or calcified?`,
      answers: LESION_DENSITIES,
      answer: density,
    },
  ]);

/** On which side is it? */
export const lesionSide: QuestionTemplate = (scene) =>
  aboutOneLesion(scene, SIDED, ({ name }, { side }) => [
    {
      taskType: 'short-answer',
      skill: 'side',
      question: `On which side is the lesion in the ${name}?`,
      answers: ['left', 'right'],
      answer: side,
    },
  ]);

/** Is it small or large; has it grown; what is to be done. */
export const lesionSize: QuestionTemplate = (scene) =>
  aboutOneLesion(scene, SIZED, ({ name }, lesion) => {
    if (!showsSize(scene, lesion)) return [];
    const size = lesion.size === 'small' ? 'small' : 'large';
    const sizes = ['small', 'large'] as const;
    return [
      {
        taskType: 'short-answer',
        skill: 'size',
        question: `Is the lesion in the ${name} small or large?`,
        answers: sizes,
        answer: size,
      },
      ...sizes.map((before) => ({
        taskType: 'judgment' as const,
        category: 'CRD' as const,
        skill: 'change' as const,
        question: `The lesion in the ${name} was ${before} before. Has it ${before === 'small' ? 'grown' : 'shrunk'}?`,
        answers: YES_NO,
        answer: yesNo(size !== before),
      })),
      {
        taskType: 'short-answer',
        category: 'CRD',
        skill: 'rule',
        question: `A large lesion in the ${name} needs a biopsy, a small one a control. What is the next step?`,
        answers: ['biopsy', 'control'],
        answer: size === 'large' ? 'biopsy' : 'control',
      },
    ];
  });

/** Is it one slice high, or as high as it is wide? One slice of a unit of three does not tell. */
export const lesionExtent: QuestionTemplate = (scene) =>
  aboutOneLesion(scene, FLAT, ({ name }, { size }) =>
    scene.modality === 'slice' || size === 'small'
      ? []
      : [
          {
            taskType: 'short-answer',
            skill: 'extent',
            question: `Is the lesion in the ${name} flat or round?`,
            answers: ['flat', 'round'],
            answer: size === 'flat' ? 'flat' : 'round',
          },
        ],
  );

type LesionQuestion = Omit<QuestionDraft, 'organ' | 'organLabels' | 'category'> &
  Partial<Pick<QuestionDraft, 'category'>>;

/** Asks about the lesions of hosts that have exactly one. */
function aboutOneLesion(
  scene: Scene,
  hosts: readonly LesionHost[],
  ask: (host: LesionHost, lesion: Lesion) => LesionQuestion[],
): QuestionDraft[] {
  return hosts.flatMap((host) => {
    const lesion = onlyLesion(scene, host.name);
    if (lesion === null) return [];
    return ask(host, lesion).map((question) => ({
      organ: host.organ,
      organLabels: hostLabels(host),
      category: 'AII',
      ...question,
    }));
  });
}
