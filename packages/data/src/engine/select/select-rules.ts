import type { QuestionRecord } from '@omnict/core';
import type { Finding } from '../decision';
import type { ImageFacts } from '../image/image-facts';
import type { SelectOptions } from '../options';

/** A limit, and what was measured. */
interface Limit {
  rule: string;
  isPassed: boolean;
  detail: string;
}

/**
 * What speaks against an image: kind, resolution, HU content, blur and artefacts, as measured on its
 * pixels. Limits of HU content apply where HU are known, those of pictures to pictures.
 */
export function selectFindings(
  record: QuestionRecord,
  facts: ImageFacts,
  options: SelectOptions,
): Finding[] {
  return [...kindLimits(record, facts, options), ...qualityLimits(facts, options)]
    .filter(({ isPassed }) => isPassed)
    .map(({ rule, detail }) => ({ rule, detail, weight: 'drop' }));
}

function kindLimits(
  { modality, imaging = 'CT' }: QuestionRecord,
  { shape, plane, hasHounsfield, ...facts }: ImageFacts,
  options: SelectOptions,
): Limit[] {
  // Coronal and sagittal slices have one row or column instead of one plane.
  const isSlice = shape[0] === 1 || plane !== undefined;
  const sides = shape.filter((length) => length > 1).sort((a, b) => a - b);
  const side = (isSlice ? sides[0] : Math.min(shape[1], shape[2])) ?? 1;
  return [
    {
      rule: 'not-ct',
      isPassed: imaging !== 'CT',
      detail: `filed as ${imaging}`,
    },
    {
      rule: 'dimension',
      isPassed: isSlice !== (modality === 'slice'),
      detail: `filed as ${modality}, image has ${shape.join(' x ')} voxels`,
    },
    {
      rule: 'resolution',
      isPassed: side < options.minimum_side,
      detail: `shorter side ${side}, at least ${options.minimum_side}`,
    },
    {
      rule: 'planes',
      isPassed: !isSlice && shape[0] < options.minimum_planes,
      detail: `${shape[0]} planes, at least ${options.minimum_planes}`,
    },
    {
      rule: 'hu-content',
      isPassed: hasHounsfield && facts.softTissueShare < options.minimum_soft_tissue,
      detail: `soft tissue ${round(facts.softTissueShare)}, at least ${options.minimum_soft_tissue}`,
    },
    {
      rule: 'colour',
      isPassed: facts.colouredShare > options.maximum_coloured,
      detail: `coloured pixels ${round(facts.colouredShare)}, at most ${options.maximum_coloured}`,
    },
  ];
}

function qualityLimits(facts: ImageFacts, options: SelectOptions): Limit[] {
  const { blur, noiseHu, contrastHu, metalShare, whiteShare, hasHounsfield } = facts;
  return [
    {
      rule: 'blur',
      isPassed: blur > options.maximum_blur,
      detail: `blur ${round(blur)}, at most ${options.maximum_blur}`,
    },
    {
      rule: 'noise',
      isPassed: noiseHu > options.maximum_noise_hu,
      detail: `noise ${round(noiseHu)} HU, at most ${options.maximum_noise_hu}`,
    },
    {
      rule: 'contrast',
      isPassed: contrastHu < options.minimum_contrast_hu,
      detail: `contrast ${round(contrastHu)} HU, at least ${options.minimum_contrast_hu}`,
    },
    {
      rule: 'metal',
      isPassed: hasHounsfield && metalShare > options.maximum_metal,
      detail: `metal ${round(metalShare)}, at most ${options.maximum_metal}`,
    },
    {
      rule: 'white',
      isPassed: !hasHounsfield && whiteShare > options.maximum_white,
      detail: `white pixels ${round(whiteShare)}, at most ${options.maximum_white}`,
    },
  ];
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
