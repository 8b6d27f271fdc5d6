import { Checkpoint, writeSafetensors } from '@omnict/nn';
import type * as tf from '@tensorflow/tfjs-core';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a released folder may look like. */
export interface ReleaseForm {
  /** Name in the file of one of our tensors; undefined leaves it out. */
  nameOf: (name: string) => string | undefined;
  /** Where SigLIP lies. Default `vision_tower`. */
  encoderFolder?: string;
  /** Changes config.json. */
  config?: (json: Record<string, unknown>) => Record<string, unknown>;
  /** Before the language model's tensors. */
  prefix?: string;
}

const preset = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What the shapes of `omnict-tiny` do not tell, since it is built otherwise than the paper's model. */
export const TINY_SETTINGS = `
model:
  unshuffle: { slice: 2, volume: 4 }
  tpe: { depthWidth: 16, heightWidth: 8, widthWidth: 8, base: 100 }
  ose: { strategy: adaptive, tokens2d: 9, tokens3d: 10 }
prepare: { window: [-200, 500], size: [32, 108, 108] }
`;

/**
 * Writes the weights of `omnict-tiny` as a folder laid out like the released OmniCT: language model and
 * tokenizer at the top, `projection-weights/model.safetensors`, SigLIP beside them, no omnict.json.
 */
export async function writeReleaseFolder(folder: string, form: ReleaseForm): Promise<void> {
  const { nameOf, encoderFolder = 'vision_tower', config = (json) => json, prefix = '' } = form;
  const tiny = preset('model/presets/omnict-tiny');
  cpSync(join(tiny, 'llm'), folder, { recursive: true });
  cpSync(preset('encoding/presets/siglip-tiny'), join(folder, encoderFolder), { recursive: true });
  const path = join(folder, 'config.json');
  const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify(config(json)));
  if (prefix !== '') await renameTensors(join(tiny, 'llm'), folder, (name) => prefix + name);
  const weights = join(folder, 'projection-weights');
  mkdirSync(weights);
  await renameTensors(join(tiny, 'projection-weights'), weights, nameOf);
}

async function renameTensors(
  from: string,
  to: string,
  nameOf: (name: string) => string | undefined,
): Promise<void> {
  const checkpoint = await Checkpoint.open(from);
  const tensors = new Map<string, tf.Tensor>();
  for (const name of checkpoint.shapes.keys()) {
    const other = nameOf(name);
    if (other !== undefined) tensors.set(other, await checkpoint.read(name));
  }
  await checkpoint.close();
  await writeSafetensors(join(to, 'model.safetensors'), tensors);
  for (const tensor of tensors.values()) tensor.dispose();
}
