import { type EncoderShape, encoderShape, featureGrid } from '@omnict/encoding';
import { ConfigError, type Modality, OmnictError } from '@omnict/core';
import type { ModelConfig, PrepareConfig } from './config';
import { visualLayout, type VisualLayout } from './layout';
import { encoderConfig } from './memory/known-config';

/**
 * Visual tokens that a slice and a volume become, from the encoder's config.json alone (Table 13).
 *
 * @throws ConfigError when the encoder is not known on this machine, or image size, unshuffle or organ
 *   tokens do not fit it
 */
export async function tokenBudget({
  model,
  prepare,
}: {
  model: ModelConfig;
  prepare: PrepareConfig;
}): Promise<Record<Modality, VisualLayout>> {
  const { config, path } = await encoderConfig(model.encoder);
  const shape = encoderShape(config, path, prepare.size);
  requireFittingImages({ model, prepare }, shape);
  const features = featureGrid(shape, prepare.size[0]);
  return {
    slice: visualLayout({ model, features }, 'slice'),
    volume: visualLayout({ model, features }, 'volume'),
  };
}

/**
 * Why image size, unshuffle and organ tokens do not fit the encoder, as `config.path: reason`; nothing
 * when they do, or when the encoder is not known on this machine.
 */
export async function layoutProblems(config: {
  model: ModelConfig;
  prepare: PrepareConfig;
}): Promise<string[]> {
  const known = await encoderConfig(config.model.encoder).catch(() => undefined);
  if (known === undefined) return [];
  try {
    await tokenBudget(config);
    return [];
  } catch (error) {
    if (!OmnictError.isInstance(error)) throw error;
    const { message } = error;
    if (/^(prepare|model)\./.test(message)) return [message];
    return [message.startsWith('ose.') ? `model.${message}` : `model.encoder: ${message}`];
  }
}

/** @throws ConfigError when prepared images are not of the size that the encoder takes */
export function requireFittingImages(
  { model, prepare }: { model: ModelConfig; prepare: PrepareConfig },
  encoder: EncoderShape,
): void {
  const [depth, height, width] = prepare.size;
  if (height !== encoder.imageSize || width !== encoder.imageSize) {
    throw new ConfigError(
      `prepare.size: images are ${height} x ${width}, but encoder '${model.encoder}' takes ${encoder.imageSize} x ${encoder.imageSize}; correct prepare.size or model.encoder`,
    );
  }
  if (encoder.takes === 'volume' && depth !== encoder.depth) {
    throw new ConfigError(
      `prepare.size: volumes have ${depth} slices, but encoder '${model.encoder}' takes ${encoder.depth}; correct prepare.size or model.encoder`,
    );
  }
}
