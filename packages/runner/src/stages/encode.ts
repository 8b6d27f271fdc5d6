import {
  FeatureStore,
  FeatureWriter,
  loadVisionEncoder,
  resolveEncoderFolder,
} from '@omnict/encoding';
import { readNpy } from '@omnict/io';
import { encodeImage } from '@omnict/model';
import { checkpointFiles, type FloatStorage } from '@omnict/nn';
import type { Shape3D } from '@omnict/core';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ShardPart } from '@omnict/pipeline';
import type { TrialConfig } from '../spec/trial-config';
import { architectureOf } from './architecture';
import { datasetRecords } from './dataset';
import { distinctImages, imagesOfShard } from './images';
import type { OmnictStage } from './omnict-stage';
import { PREPARED_IMAGES } from './prepare';

/** Folder of the outputs: safetensors files with `[Ns, H', W', dv]` of each image by its key. */
const FEATURES = 'features';

/** What features depend on. */
interface EncodeSection {
  encoder: string;
  sce: boolean;
  size: Shape3D;
  storage: TrialConfig['encode']['storage'];
  precision: TrialConfig['encode']['precision'];
}

/** Runs the frozen encoder over every image once: what all trials of a sweep share. */
export const encodeStage: OmnictStage<EncodeSection, { dataset: string; prepare: string }> = {
  name: 'encode',
  version: 3,
  needs: () => ({ dataset: true, prepare: true }),
  usesSeed: false,
  shardable: true,
  select: ({
    model: { vision, encoder, sce },
    prepare: { size },
    encode: { storage, precision },
  }) => (vision ? { encoder, sce, size, storage, precision } : undefined),
  files: ({ encoder }) => {
    const folder = resolveEncoderFolder(encoder);
    const configs = ['config.json', 'preprocessor_config.json'].map((name) => join(folder, name));
    return [...configs.filter(existsSync), ...checkpointFiles(folder)];
  },
  uses: async ({ encoder }) => [await architectureOf(encoder)],
  run: async ({ section, inputs, outputs, shard, progress, signal }) => {
    const { encoder: name, sce, size, storage, precision } = section;
    const encoder = await loadVisionEncoder(name, { size, precision });
    const records = await datasetRecords(inputs.dataset);
    const images = imagesOfShard(distinctImages(records), shard);
    const writer = await FeatureWriter.create(join(outputs, FEATURES), {
      storage: storage.toUpperCase() as FloatStorage,
      name: fileName(shard),
    });
    try {
      for (const [done, { key, modality }] of images.entries()) {
        signal.throwIfAborted();
        const path = join(inputs.prepare, PREPARED_IMAGES, `${key}.npy`);
        const { data, shape } = await readNpy(path);
        const image = { data: data as Float32Array, shape: shape as [number, number, number] };
        await writer.add(key, encodeImage(encoder, image, { modality, sce }));
        progress(done + 1, images.length);
      }
    } finally {
      await writer.close();
      encoder.dispose();
    }
  },
};

/** Features that the stage wrote, of all shards. @throws MissingDataError, FormatError */
export function openFeatures(outputs: string): Promise<FeatureStore> {
  return FeatureStore.open(join(outputs, FEATURES));
}

/** Shards end in one folder. */
function fileName({ index, count }: ShardPart): string {
  return count === 1 ? 'features' : `features-${index + 1}-of-${count}`;
}
