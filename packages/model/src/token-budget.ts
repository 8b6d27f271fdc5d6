import { type EncoderShape, encoderShape } from '@omnict/encoding';
import { sharedProjectionProblem } from '@omnict/projector';
import { ConfigError, type Modality, OmnictError } from '@omnict/core';
import { scePartProblems, scePartsOf } from './ablated-parts';
import type { ModelConfig, PrepareConfig } from './config';
import { visualLayout, type VisualLayout } from './layout';
import { encoderConfig } from './memory/known-config';
import { projectionProblems } from './projection-folder';
import { projectionSizes } from './projection-sizes';
import {
  type ByModality,
  encoderNames,
  MODALITIES,
  ofEachTower,
  towerGrid,
  towersOf,
} from './towers';

/** What a token budget depends on. */
interface BudgetConfig {
  model: ModelConfig;
  prepare: PrepareConfig;
}

/**
 * Visual tokens that a slice and a volume become, from the encoders' config.json alone (Table 13).
 *
 * @throws ConfigError when an encoder is not known on this machine, or image size, unshuffle or organ
 *   tokens do not fit it
 */
export async function tokenBudget(config: BudgetConfig): Promise<ByModality<VisualLayout>> {
  return visualLayouts(config, await fittingShapes(config));
}

/** Layout of each modality. @throws ConfigError as {@link visualLayout} */
export function visualLayouts(
  config: BudgetConfig,
  shapes: ByModality<EncoderShape>,
): ByModality<VisualLayout> {
  const layoutOf = (modality: 'slice' | 'volume'): VisualLayout =>
    visualLayout({ model: config.model, features: towerGrid(config, shapes, modality) }, modality);
  return { slice: layoutOf('slice'), volume: layoutOf('volume') };
}

async function fittingShapes(config: BudgetConfig): Promise<ByModality<EncoderShape>> {
  const shapes = await ofEachTower(config, async ({ encoder, size }) => {
    const known = await encoderConfig(encoder);
    return encoderShape(known.config, known.path, size);
  });
  requireFittingImages(config, shapes);
  return shapes;
}

/**
 * Why parts of SCE contradict each other, or image size, unshuffle, projection, its weights or organ tokens do
 * not fit an encoder, as `config.path: reason`; of the latter nothing when an encoder is not known on this machine.
 *
 * @param config maxLength is the longest sequence, which visual tokens of what is trained on must leave room in
 */
export async function layoutProblems(
  config: BudgetConfig & { maxLength?: number; trained?: readonly Modality[] },
): Promise<string[]> {
  const { model, maxLength = Infinity, trained = MODALITIES } = config;
  const problems = [...scePartProblems(model), ...projectionProblems(model)];
  for (const name of encoderNames(config)) {
    if ((await encoderConfig(name).catch(() => undefined)) === undefined) return problems;
  }
  try {
    const shapes = await fittingShapes(config);
    const layouts = visualLayouts(config, shapes);
    problems.push(...projectionFitProblems(model, shapes));
    for (const modality of trained) {
      const { globalTokens, organTokens } = layouts[modality];
      const count = globalTokens + organTokens;
      if (count < maxLength) continue;
      problems.push(
        `train.maxLength: a ${modality} alone has ${count} visual tokens; expected fewer than ${maxLength}; raise it, or make fewer tokens (model.composition, model.unshuffle.${modality})`,
      );
    }
  } catch (error) {
    if (!OmnictError.isInstance(error)) throw error;
    const { message } = error;
    if (/^(prepare|model)\./.test(message)) problems.push(message);
    else
      problems.push(message.startsWith('ose.') ? `model.${message}` : `model.encoder: ${message}`);
  }
  return problems;
}

function projectionFitProblems(model: ModelConfig, shapes: ByModality<EncoderShape>): string[] {
  if (scePartsOf(model).projection !== 'shared') return [];
  const featureDims = { slice: shapes.slice.outputDim, volume: shapes.volume.outputDim };
  const problem = sharedProjectionProblem(projectionSizes(model, { featureDims, outputDim: 1 }));
  return problem === undefined ? [] : [`model.projection: ${problem}`];
}

/** @throws ConfigError when prepared images are not of the size that their encoder takes */
export function requireFittingImages(config: BudgetConfig, shapes: ByModality<EncoderShape>): void {
  const towers = towersOf(config);
  const hasTwo = config.model.volumeEncoder !== undefined;
  for (const modality of MODALITIES) {
    const {
      encoder: name,
      size: [depth, height, width],
    } = towers[modality];
    const shape = shapes[modality];
    const isOwn = hasTwo && modality === 'volume';
    const size = isOwn ? 'prepare.volumeSize' : 'prepare.size';
    const remedy = `correct ${size} or ${isOwn ? 'model.volumeEncoder' : 'model.encoder'}`;
    if (height !== shape.imageSize || width !== shape.imageSize) {
      throw new ConfigError(
        `${size}: images are ${height} x ${width}, but encoder '${name}' takes ${shape.imageSize} x ${shape.imageSize}; ${remedy}`,
      );
    }
    if (shape.takes === 'volume' && depth !== shape.depth) {
      throw new ConfigError(
        `${size}: volumes have ${depth} slices, but encoder '${name}' takes ${shape.depth}; ${remedy}`,
      );
    }
  }
}
