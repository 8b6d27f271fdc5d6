import type { Modality, Random } from '@omnict/core';
import { higherNodule, noduleCount, noduleExtent, noduleThird } from './along-z';
import type { QuestionDraft, QuestionTemplate, Scene } from './draft';
import { effusionSide, findingPresence } from './findings';
import { lesionDensity, lesionSide, lesionSize, nextStep } from './lesion-attributes';
import { lesionOrgan, lesionPresence } from './lesion-presence';
import { organShown, organVisible } from './organ-recognition';
import { description, report } from './report';

/** Templates of each modality; one that stands twice is asked twice as often. */
const TEMPLATES: Readonly<Record<Modality, readonly QuestionTemplate[]>> = {
  slice: [
    organVisible,
    organVisible,
    organShown,
    lesionPresence,
    lesionPresence,
    lesionOrgan,
    lesionDensity,
    lesionSide,
    findingPresence,
    description,
  ],
  volume: [
    lesionPresence,
    lesionPresence,
    lesionOrgan,
    lesionDensity,
    lesionSide,
    lesionSize,
    nextStep,
    noduleThird,
    higherNodule,
    noduleExtent,
    noduleCount,
    findingPresence,
    findingPresence,
    effusionSide,
    report,
  ],
};

/** Asks up to `count` different questions about a scene. */
export function askQuestions(scene: Scene, count: number, random: Random): QuestionDraft[] {
  const drafts: QuestionDraft[] = [];
  const asked = new Set<string>();
  // Several rounds: a template that finds nothing the first time may find another organ.
  for (let round = 0; round < 3 && drafts.length < count; round++) {
    for (const template of random.shuffle(TEMPLATES[scene.modality])) {
      if (drafts.length === count) break;
      const draft = template(scene, random);
      if (draft === null || asked.has(draft.question)) continue;
      asked.add(draft.question);
      drafts.push(draft);
    }
  }
  return drafts;
}
