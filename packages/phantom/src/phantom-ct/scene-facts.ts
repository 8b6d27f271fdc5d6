import { ORGAN_CLASS_LABELS, ORGAN_CLASSES, type Random } from '@omnict/core';
import { isVisible, type Scene, visibleLesions } from './questions/draft';

/**
 * What can be seen in a scene, in words and in random order: a text that answers every question about
 * it. A small language model learns from it to read, compare and choose before it sees images.
 */
export function sceneFacts(scene: Scene, random: Random): string {
  const { findings, anatomy } = scene.phantom;
  const [low, high] = anatomy.lungs;
  const facts = visibleLesions(scene).map(({ organ, side, size, density, extent, shape }) => {
    const share = (shape.center[2] - low) / (high - low);
    const third = share < 0.36 ? 'lower' : share > 0.62 ? 'upper' : 'middle';
    const where =
      organ === 'lungs' ? `${third} ${side} lungs` : side === 'none' ? organ : `${side} ${organ}`;
    return `${size} ${density}${extent === 'long' ? ' elongated' : ''} lesion in the ${where}`;
  });
  if (scene.modality === 'slice') {
    const visible = ORGAN_CLASSES.filter((organ) => isVisible(scene, ORGAN_CLASS_LABELS[organ]));
    facts.push(`visible: ${random.shuffle(visible).join(' ')}`);
  }
  if (scene.modality === 'volume') {
    facts.push(findings.cardiomegaly ? 'heart enlarged' : 'heart normal');
    facts.push(findings.splenomegaly ? 'spleen enlarged' : 'spleen normal');
    facts.push(findings.effusion === 'none' ? 'no effusion' : `effusion ${findings.effusion}`);
  }
  facts.push(findings.aorticCalcification ? 'aorta calcified' : 'aorta normal');
  return `${random.shuffle(facts).join('. ')}.`;
}
