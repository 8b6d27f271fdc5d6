import {
  type DecoderConfig,
  parseDecoderConfig,
  toHuggingFaceSizes,
} from '../decoder/decoder-config';
import { DecoderConfigSource } from '../decoder/decoder-config-source';

/** Sizes of a Qwen2 / Qwen2.5 decoder. */
export type Qwen2Config = DecoderConfig;

/** Kinds of layers that config.json may list. */
const FULL = 'full_attention';
const SLIDING = 'sliding_attention';

/** Hugging Face's default of `max_window_layers`. */
const DEFAULT_FULL_LAYERS = 28;

/** Reads a config.json. @throws ConfigError naming the field; UnsupportedError for scaled rotary positions. */
export function parseQwen2Config(json: unknown, path: string): Qwen2Config {
  const source = new DecoderConfigSource(json, path, 'Qwen2');
  const config = parseDecoderConfig(source);
  const slidingWindow = source.json['sliding_window'];
  if (source.json['use_sliding_window'] !== true || typeof slidingWindow !== 'number') {
    return config;
  }
  return { ...config, slidingWindow, slidingLayers: parseSlidingLayers(source, config) };
}

/** Layers with a window: as listed, else those from `max_window_layers` on. */
function parseSlidingLayers(source: DecoderConfigSource, config: Qwen2Config): number[] {
  const { numHiddenLayers: count } = config;
  const types = source.json['layer_types'];
  if (types === undefined || types === null) {
    const first = source.number('max_window_layers', DEFAULT_FULL_LAYERS);
    return [...Array(count).keys()].filter((layer) => layer >= first);
  }
  const isList =
    Array.isArray(types) &&
    types.length === count &&
    types.every((type) => type === FULL || type === SLIDING);
  if (!isList) return source.fail('layer_types', `${count} times ${FULL} or ${SLIDING}`);
  return types.flatMap((type, layer) => (type === SLIDING ? [layer] : []));
}

/** The config in Hugging Face's form. */
export function toHuggingFaceConfig(config: Qwen2Config): Record<string, unknown> {
  const { slidingWindow, slidingLayers, numHiddenLayers } = config;
  const layers = [...Array(numHiddenLayers).keys()];
  return {
    model_type: 'qwen2',
    architectures: ['Qwen2ForCausalLM'],
    ...toHuggingFaceSizes(config),
    ...(slidingWindow === undefined
      ? {}
      : {
          use_sliding_window: true,
          sliding_window: slidingWindow,
          layer_types: layers.map((layer) =>
            (slidingLayers ?? layers).includes(layer) ? SLIDING : FULL,
          ),
        }),
  };
}
