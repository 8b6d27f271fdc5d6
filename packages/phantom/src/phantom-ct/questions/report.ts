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
      answer: [lesionSentence(scene), ...(isVolume ? [findingSentence(scene.phantom)] : [])].join(
        ' ',
      ),
    },
  ];
};

/** Every host with a lesion that can be seen, in a fixed order. */
function lesionSentence(scene: Scene): string {
  const affected = LESION_HOSTS.filter(({ name }) => viewOf(scene, name).lesions.length > 0);
  return affected.length === 0
    ? 'No lesion.'
    : `Lesions in ${affected.map(({ name }) => name).join(', ')}.`;
}

function findingSentence({ findings }: Phantom): string {
  const { cardiomegaly, splenomegaly, effusion, aorticCalcification } = findings;
  const abnormal = [
    ...(cardiomegaly ? ['heart enlarged'] : []),
    ...(splenomegaly ? ['spleen enlarged'] : []),
    ...(effusion === 'none' ? [] : [`effusion on the ${effusion}`]),
    ...(aorticCalcification ? ['aorta calcified'] : []),
  ];
  return abnormal.length === 0 ? 'No other finding.' : `Also ${abnormal.join(', ')}.`;
}
