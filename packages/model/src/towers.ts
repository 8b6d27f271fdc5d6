import {
  type EncoderShape,
  type FeatureGrid,
  featureGrid,
  loadEncoderShape,
} from '@omnict/encoding';
import type { Modality, Shape3D } from '@omnict/core';
import { scePartsOf } from './ablated-parts';
import type { ModelConfig, PrepareConfig } from './config';

/** Both modalities, slices first. */
export const MODALITIES = ['slice', 'volume'] as const satisfies readonly Modality[];

/** A value of each modality. */
export type ByModality<Value> = Readonly<Record<Modality, Value>>;

/** A frozen encoder as a config names it, and the size of what it sees. */
interface Tower {
  encoder: string;
  size: Shape3D;
}

/** What towers depend on. */
interface TowersConfig {
  model: Pick<ModelConfig, 'encoder' | 'volumeEncoder'>;
  prepare: { size: Shape3D; volumeSize?: Shape3D | undefined };
}

/** The encoder of each modality: the same, unless the config names another one for volumes (Table 10). */
export function towersOf({ model, prepare }: TowersConfig): ByModality<Tower> {
  return {
    slice: { encoder: model.encoder, size: prepare.size },
    volume: {
      encoder: model.volumeEncoder ?? model.encoder,
      size: prepare.volumeSize ?? prepare.size,
    },
  };
}

/** Names of the encoders, each once. */
export function encoderNames(config: TowersConfig): string[] {
  return [...new Set(Object.values(towersOf(config)).map(({ encoder }) => encoder))];
}

/** How images of a modality are prepared. */
export function preparationOf<Config extends Pick<PrepareConfig, 'size' | 'volumeSize'>>(
  config: Config,
  modality: Modality,
): Omit<Config, 'volumeSize'> & { modality: Modality } {
  const { volumeSize, ...prepare } = config;
  const size = modality === 'volume' ? (volumeSize ?? config.size) : config.size;
  return { ...prepare, size, modality };
}

/** Makes something of each tower. */
export async function ofEachTower<Value>(
  config: TowersConfig,
  make: (tower: Tower, modality: Modality) => Promise<Value>,
): Promise<ByModality<Value>> {
  const towers = towersOf(config);
  const values = await Promise.all(MODALITIES.map((modality) => make(towers[modality], modality)));
  return { slice: values[0] as Value, volume: values[1] as Value };
}

/** Reads what each tower takes and gives, without weights. @throws errors of the loader */
export function loadTowerShapes(config: TowersConfig): Promise<ByModality<EncoderShape>> {
  return ofEachTower(config, ({ encoder, size }) => loadEncoderShape(encoder, size));
}

/** Grid of a modality's features. */
export function towerGrid(
  { model, prepare }: { model: ModelConfig; prepare: PrepareConfig },
  shapes: ByModality<EncoderShape>,
  modality: Modality,
): FeatureGrid {
  const { size } = towersOf({ model, prepare })[modality];
  return featureGrid(shapes[modality], size[0], scePartsOf(model).composition);
}
