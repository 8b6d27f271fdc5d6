import {
  type CompositionName,
  FeatureStore,
  FeatureWriter,
  loadVisionEncoder,
  resolveEncoderFolder,
  type VisionEncoder,
} from '@omnict/encoding';
import { readNpy } from '@omnict/io';
import { encodeImage, encoderNames, ofEachTower, scePartsOf } from '@omnict/model';
import { checkpointFiles, type FloatStorage } from '@omnict/nn';
import type { Shape3D } from '@omnict/core';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ShardPart } from '@omnict/pipeline';
import type { TrialConfig } from '../spec/trial-config';
import { architectureOf } from './architecture';
import { distinctImages, imagesOfShard } from './images';
import type { OmnictStage } from './omnict-stage';
import { PREPARED_IMAGES } from './prepare';

/** Folder of the outputs: safetensors files with `[Ns, H', W', dv]` of each image by its key. */
const FEATURES = 'features';

/** What features depend on. */
interface EncodeSection {
  encoder: string;
  /** Another one for volumes. */
  volumeEncoder?: string;
  /** Whether slices of volumes are composed or else sampled: as keys of earlier results say it. */
  sce?: boolean;
  /** In place of `sce` for another composition. */
  composition?: CompositionName;
  size: Shape3D;
  volumeSize?: Shape3D;
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
  select: ({ model, prepare: { size, volumeSize }, encode: { storage, precision } }) => {
    const { vision, encoder, volumeEncoder } = model;
    if (!vision) return undefined;
    const { composition } = scePartsOf(model);
    return {
      encoder,
      size,
      storage,
      precision,
      ...(composition === 'replicate' ? { composition } : { sce: composition === 'compose' }),
      ...(volumeEncoder !== undefined && { volumeEncoder }),
      ...(volumeSize !== undefined && { volumeSize }),
    };
  },
  files: (section) =>
    encoderNames(towersConfig(section)).flatMap((encoder) => {
      const folder = resolveEncoderFolder(encoder);
      const configs = ['config.json', 'preprocessor_config.json'].map((name) => join(folder, name));
      return [...configs.filter(existsSync), ...checkpointFiles(folder)];
    }),
  uses: (section) => Promise.all(encoderNames(towersConfig(section)).map(architectureOf)),
  run: async ({ section, inputs, outputs, shard, progress, signal }) => {
    const { storage, precision } = section;
    const { composition } = scePartsOf(section);
    const loaded = new Map<string, VisionEncoder>();
    const encoders = await ofEachTower(towersConfig(section), async ({ encoder: name, size }) => {
      const key = JSON.stringify([name, size]);
      const encoder = loaded.get(key) ?? (await loadVisionEncoder(name, { size, precision }));
      loaded.set(key, encoder);
      return encoder;
    });
    const images = imagesOfShard(await distinctImages(inputs.dataset), shard);
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
        await writer.add(key, encodeImage(encoders[modality], image, { modality, composition }));
        progress(done + 1, images.length);
      }
    } finally {
      await writer.close();
      for (const encoder of loaded.values()) encoder.dispose();
    }
  },
};

function towersConfig({ encoder, volumeEncoder, size, volumeSize }: EncodeSection) {
  return { model: { encoder, volumeEncoder }, prepare: { size, volumeSize } };
}

/** Features that the stage wrote, of all shards. @throws MissingDataError, FormatError */
export function openFeatures(outputs: string): Promise<FeatureStore> {
  return FeatureStore.open(join(outputs, FEATURES));
}

/** Shards end in one folder. */
function fileName({ index, count }: ShardPart): string {
  return count === 1 ? 'features' : `features-${index + 1}-of-${count}`;
}
