import type { Phantom } from '../phantom';
import { type QuestionTemplate, type Scene, visibleLesions } from './draft';

/** Most images get no report: it would drown the questions with checkable answers. */
const REPORT_SHARE = 0.3;

/** A short report of a volume: every finding, in a fixed order. */
export const report: QuestionTemplate = (scene, random) => {
  if (scene.modality !== 'volume' || random.uniform() > REPORT_SHARE) return null;
  return {
    organ: 'others',
    organLabels: [],
    taskType: 'report-generation',
    category: 'AII',
    capability: 'report',
    question: 'Write a report.',
    answer: [...lesionSentences(scene), ...findingSentences(scene.phantom)].join(' '),
  };
};

/** One sentence about a slice. */
export const description: QuestionTemplate = (scene, random) => {
  if (scene.modality !== 'slice' || random.uniform() > REPORT_SHARE) return null;
  return {
    organ: 'others',
    organLabels: [],
    taskType: 'description',
    category: 'AII',
    capability: 'report',
    question: 'Describe this slice.',
    answer: lesionSentences(scene).join(' '),
  };
};

function lesionSentences(scene: Scene): string[] {
  const organs = [...new Set(visibleLesions(scene).map(({ organ }) => organ))].sort();
  return organs.length === 0
    ? ['No lesion is seen.']
    : organs.map((organ) => `There is a lesion in the ${organ}.`);
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
