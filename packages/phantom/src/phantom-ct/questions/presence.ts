import { hostLabels, LESION_HOSTS } from '../hosts';
import {
  isVisible,
  type QuestionDraft,
  type QuestionTemplate,
  viewOf,
  YES_NO,
  yesNo,
} from './scene';

/** Hosts whose lesions are always small and that are themselves small. */
const SMALL_ORGANS = ['pancreas', 'adrenal glands', 'gallbladder'];

/**
 * Is there a lesion in this organ? Of an organ without a lesion the question belongs to both skills:
 * small and large lesions are asked for in the same words.
 */
export const lesionPresence: QuestionTemplate = (scene) =>
  LESION_HOSTS.flatMap((host): QuestionDraft[] => {
    const { lesions, isBorderline } = viewOf(scene, host.name);
    if (isBorderline || !isVisible(scene, hostLabels(host))) return [];
    const isSmallOrgan = SMALL_ORGANS.includes(host.name);
    const isSmall = lesions.every(({ size }) => size === 'small');
    const isLarge = lesions.every(({ size }) => size !== 'small');
    const skills = isSmallOrgan
      ? (['small organ'] as const)
      : [
          ...(isSmall ? (['small lesion'] as const) : []),
          ...(isLarge ? (['lesion'] as const) : []),
        ];
    return skills.map((skill) => ({
      organ: host.organ,
      organLabels: hostLabels(host),
      taskType: 'judgment',
      category: 'MAI',
      skill,
      question: `Is there a lesion in the ${host.name}?`,
      answers: YES_NO,
      answer: yesNo(lesions.length > 0),
    }));
  });
