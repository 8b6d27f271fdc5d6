import { LESION_HOSTS } from '../hosts';
import type { Phantom } from '../phantom';
import { type QuestionTemplate, type Scene, viewOf } from './scene';

/** Most images get no report: it would drown the questions with checkable answers. */
const REPORT_SHARE = 0.15;

/** A short report of a volume or a sentence about a slice: every finding, in a fixed order. */
export const report: QuestionTemplate = (scene, random) => {
  if (random.uniform() > REPORT_SHARE) return [];
  const isVolume = scene.modality === 'volume';
  return [
    {
      organ: 'others',
      organLabels: [],
      taskType: isVolume ? 'report-generation' : 'description',
      category: 'AII',
      skill: 'report',
      question: isVolume ? 'Write a report.' : 'Describe this slice.',
      answer: [
        ...lesionSentences(scene),
        ...(isVolume ? findingSentences(scene.phantom) : []),
      ].join(' '),
    },
  ];
};

function lesionSentences(scene: Scene): string[] {
  const affected = LESION_HOSTS.filter(({ name }) => viewOf(scene, name).lesions.length > 0);
  return affected.length === 0
    ? ['No lesion is seen.']
    : affected.map(({ name }) => `There is a lesion in the ${name}.`);
}

function findingSentences({ findings }: Phantom): string[] {
  const { cardiomegaly, splenomegaly, effusion, aorticCalcification } = findings;
  return [
    cardiomegaly ? 'The heart is enlarged.' : 'The heart is normal.',
    splenomegaly ? 'The spleen is enlarged.' : 'The spleen is normal.',
    effusion === 'none' ? 'There is no effusion.' : `There is an effusion on the ${effusion}.`,
    aorticCalcification ? 'The aorta is calcified.' : 'The aorta is not calcified.',
  ];
}
