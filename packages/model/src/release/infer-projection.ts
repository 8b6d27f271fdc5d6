import { ConfigError } from '@omnict/core';
import type { ModelConfig } from '../config';
import type { PlacedProjection } from './place-projection';
import { RELEASE_MAP_FILE } from './release-map';

/** Parts of the tri-axial embedding. */
const AXES = 3;

/** Facts about the model that the projection belongs to. */
export interface ProjectionSurroundings {
  placed: PlacedProjection;
  /** d_v, the encoder's width. */
  featureDim: number;
  /** d_f, the language model's width. */
  outputDim: number;
  /** Values that stand: the map's `model`. */
  given: Readonly<Record<string, unknown>>;
  /** Of the weights, for messages. */
  path: string;
}

/**
 * Infers what the shapes of a projection tell of its model: block sides of the unshuffle (Eq. 3), the
 * widths of the tri-axial embedding (Eq. 2) and the width between experts and shared matrix (Eq. 4).
 *
 * ASSUMPTION: slices are not unshuffled unless it is given, and the three encodings are equally wide.
 *
 * @throws ConfigError naming what must be given
 */
export function inferProjection(
  shapes: ReadonlyMap<string, readonly number[]>,
  { placed, featureDim, outputDim, given, path }: ProjectionSurroundings,
): Partial<ModelConfig> {
  const [hidden, sliceIn] = shapeOf('slice_expert');
  const [, volumeIn] = shapeOf('volume_expert');
  const unshuffle = (given['unshuffle'] ?? {
    slice: 1,
    volume: Math.sqrt(volumeIn / sliceIn),
  }) as ModelConfig['unshuffle'];
  const tokenDim = sliceIn / unshuffle.slice ** 2;
  if (!Number.isInteger(unshuffle.volume) || volumeIn !== tokenDim * unshuffle.volume ** 2) {
    fail(`model.unshuffle: experts of ${sliceIn} and ${volumeIn} features have no whole blocks`);
  }
  const sizes = { unshuffle, ...(hidden !== outputDim && { projectorWidth: hidden }) };
  const rest = tokenDim - featureDim;
  if (given['tpe'] !== undefined || rest === 0) return { ...sizes, sce: rest !== 0 };
  const width = rest / AXES;
  if (width <= 0 || width % 2 !== 0) {
    fail(
      `model.tpe: tokens of ${tokenDim} features on an encoder of ${featureDim} leave ${rest} for three positions of equal even width`,
    );
  }
  const tpe = { depthWidth: width, heightWidth: width, widthWidth: width, base: 10000 };
  return { ...sizes, sce: true, tpe };

  function shapeOf(part: string): [number, number] {
    return shapes.get(placed.names.get(`${part}.weight`) as string) as [number, number];
  }

  function fail(problem: string): never {
    throw new ConfigError(
      `${path}: ${problem}; expected what the model was trained with; give it in ${RELEASE_MAP_FILE} (model.unshuffle, model.tpe, model.encoder)`,
    );
  }
}
