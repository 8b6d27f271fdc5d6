import { loadVisionEncoder, resolveEncoderFolder } from '@omnict/encoding';
import { readNpy, writeNpy } from '@omnict/io';
import { encodeImage } from '@omnict/model';
import { checkpointFiles, type Shape3D } from '@omnict/nn';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StageDefinition } from '../stage/stage-definition';
import { architectureOf } from './architecture';
import { datasetRecords } from './dataset';
import { distinctImages, imagesOfShard } from './images';
import { PREPARED_IMAGES } from './prepare';

/** Folder of the outputs; one array `[Ns, H', W', dv]` an image, named by its key. */
export const FEATURES = 'features';

/** What features depend on. */
interface EncodeSection {
  encoder: string;
  sce: boolean;
  size: Shape3D;
}

/** Runs the frozen encoder over every image once: what all trials of a sweep share. */
export const encodeStage: StageDefinition = {
  name: 'encode',
  version: 1,
  needs: () => ['dataset', 'prepare'],
  usesSeed: false,
  shardable: true,
  select: ({ model: { vision, encoder, sce }, prepare: { size } }) =>
    vision ? ({ encoder, sce, size } satisfies EncodeSection) : undefined,
  files: (section) => {
    const folder = resolveEncoderFolder((section as EncodeSection).encoder);
    const configs = ['config.json', 'preprocessor_config.json'].map((name) => join(folder, name));
    return [...configs.filter(existsSync), ...checkpointFiles(folder)];
  },
  uses: async (section) => [await architectureOf((section as EncodeSection).encoder)],
  run: async ({ section, inputs, outputs, shard, progress, signal }) => {
    const { encoder: name, sce, size } = section as EncodeSection;
    const encoder = await loadVisionEncoder(name, size);
    const records = await datasetRecords(inputs['dataset'] as string);
    const images = imagesOfShard(distinctImages(records), shard);
    await mkdir(join(outputs, FEATURES));
    for (const [done, { key, modality }] of images.entries()) {
      signal.throwIfAborted();
      const path = join(inputs['prepare'] as string, PREPARED_IMAGES, `${key}.npy`);
      const { data, shape } = await readNpy(path);
      const image = { data: data as Float32Array, shape: shape as [number, number, number] };
      const features = encodeImage(encoder, image, { modality, sce });
      const values = (await features.data()) as Float32Array;
      const content = { data: values, shape: features.shape };
      await writeNpy(join(outputs, FEATURES, `${key}.npy`), content, { float16: true });
      features.dispose();
      progress(done + 1, images.length);
    }
    encoder.dispose();
  },
};
