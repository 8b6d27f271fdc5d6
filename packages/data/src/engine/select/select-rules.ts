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
      isPassed: side < options.minimumSide,
      detail: `shorter side ${side}, at least ${options.minimumSide}`,
    },
    {
      rule: 'planes',
      isPassed: !isSlice && shape[0] < options.minimumPlanes,
      detail: `${shape[0]} planes, at least ${options.minimumPlanes}`,
    },
    {
      rule: 'hu-content',
      isPassed: hasHounsfield && facts.softTissueShare < options.minimumSoftTissue,
      detail: `soft tissue ${round(facts.softTissueShare)}, at least ${options.minimumSoftTissue}`,
    },
    {
      rule: 'colour',
      isPassed: facts.colouredShare > options.maximumColoured,
      detail: `coloured pixels ${round(facts.colouredShare)}, at most ${options.maximumColoured}`,
    },
  ];
}

function qualityLimits(facts: ImageFacts, options: SelectOptions): Limit[] {
  const { blur, noiseHu, contrastHu, metalShare, whiteShare, hasHounsfield } = facts;
  return [
    {
      rule: 'blur',
      isPassed: blur > options.maximumBlur,
      detail: `blur ${round(blur)}, at most ${options.maximumBlur}`,
    },
    {
      rule: 'noise',
      isPassed: noiseHu > options.maximumNoiseHu,
      detail: `noise ${round(noiseHu)} HU, at most ${options.maximumNoiseHu}`,
    },
    {
      rule: 'contrast',
      isPassed: contrastHu < options.minimumContrastHu,
      detail: `contrast ${round(contrastHu)} HU, at least ${options.minimumContrastHu}`,
    },
    {
      rule: 'metal',
      isPassed: hasHounsfield && metalShare > options.maximumMetal,
      detail: `metal ${round(metalShare)}, at most ${options.maximumMetal}`,
    },
    {
      rule: 'white',
      isPassed: !hasHounsfield && whiteShare > options.maximumWhite,
      detail: `white pixels ${round(whiteShare)}, at most ${options.maximumWhite}`,
    },
  ];
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
