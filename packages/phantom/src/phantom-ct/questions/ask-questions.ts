import type { Random } from '@omnict/core';
import { lesionDensity, lesionExtent, lesionSide, lesionSize } from './attributes';
import { findingPresence } from './findings';
import { neighbour } from './neighbour';
import { lesionPresence } from './presence';
import { organShown, organVisible } from './recognition';
import { higherLesion, largerLesion, noduleCount, noduleThird } from './relations';
import { report } from './report';
import type { QuestionDraft, Scene } from './scene';

const TEMPLATES = [
  organVisible,
  organShown,
  lesionPresence,
  neighbour,
  findingPresence,
  lesionDensity,
  lesionSide,
  lesionSize,
  lesionExtent,
  higherLesion,
  largerLesion,
  noduleCount,
  noduleThird,
  report,
] as const;

/** Every fair question about a scene; {@link QuestionSelection} chooses among them. */
export function askQuestions(scene: Scene, random: Random): QuestionDraft[] {
  return TEMPLATES.flatMap((template) => template(scene, random)).map((draft) =>
    draft.options === undefined ? draft : { ...draft, options: random.shuffle(draft.options) },
  );
}
