import {
  CONSTANT_WARNING,
  matchMask,
  prepareMask,
  prepareVolume,
  readMask,
  readVolume,
  writeNpy,
} from '@omnict/io';
import { preparationOf } from '@omnict/model';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import type { TrialConfig } from '../spec/trial-config';
import type { StageContext } from '@omnict/pipeline';
import { type DatasetImage, distinctImages, imagesOfShard } from './images';
import type { OmnictStage } from './omnict-stage';

/** Folder of the outputs with the images; files are named by image key. */
export const PREPARED_IMAGES = 'images';
/** Folder of the outputs with the label maps; files are named by image key. */
export const PREPARED_MASKS = 'masks';

/** One is unpacked and written by other threads while the next is resampled here. */
const IMAGES_AT_ONCE = 3;

/** Windows and resamples every image and mask once. */
export const prepareStage: OmnictStage<TrialConfig['prepare'], { dataset: string }> = {
  name: 'prepare',
  version: 3,
  needs: () => ({ dataset: true }),
  usesSeed: false,
  usesEngine: false,
  shardable: true,
  select: ({ prepare, model }) => (model.vision ? prepare : undefined),
  run: async (context) => {
    const { inputs, outputs, shard, progress, signal, log } = context;
    const images = imagesOfShard(await distinctImages(inputs.dataset), shard);
    await mkdir(join(outputs, PREPARED_IMAGES));
    await mkdir(join(outputs, PREPARED_MASKS));
    let done = 0;
    const constant: string[] = [];
    await pMap(
      images,
      async (image) => {
        signal.throwIfAborted();
        const { isConstant } = await prepareImage(image, context);
        if (isConstant) constant.push(image.key);
        progress(++done, images.length);
      },
      { concurrency: IMAGES_AT_ONCE },
    );
    if (constant.length > 0) {
      log(
        `${constant.length} of ${images.length} images show nothing: ${constant.sort().join(' ')}`,
      );
    }
  },
};

async function prepareImage(
  { key, image, mask, modality, values }: DatasetImage,
  {
    section,
    outputs,
    log,
  }: Pick<StageContext<TrialConfig['prepare']>, 'section' | 'outputs' | 'log'>,
): Promise<{ isConstant: boolean }> {
  const config = preparationOf(section, modality);
  const { volume, warnings } = await readVolume(image, {
    ...section.read,
    ...(values !== undefined && { assume: values }),
  });
  for (const warning of warnings) log(`image ${key}: ${warning}`);
  const prepared = prepareVolume(volume, config);
  // float16 halves the disk; 11 bits of mantissa are finer than a Hounsfield unit.
  await writeNpy(join(outputs, PREPARED_IMAGES, `${key}.npy`), prepared, { float16: true });
  const isConstant = warnings.includes(CONSTANT_WARNING);
  if (mask === undefined) return { isConstant };
  const onWarning = (warning: string): void => log(`mask of image ${key}: ${warning}`);
  const matched = matchMask(await readMask(mask, { image: volume, onWarning }), volume);
  await writeNpy(join(outputs, PREPARED_MASKS, `${key}.npy`), prepareMask(matched, config));
  return { isConstant };
}
