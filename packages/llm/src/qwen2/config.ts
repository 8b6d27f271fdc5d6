import {
  type DecoderConfig,
  DecoderConfigSource,
  parseDecoderConfig,
  requireRopeType,
  toHuggingFaceSizes,
} from '../decoder/decoder-config';

/** Sizes of a Qwen2 / Qwen2.5 decoder. */
export type Qwen2Config = DecoderConfig;

/** Reads a config.json. @throws ConfigError naming the field; UnsupportedError for scaled rotary positions. */
export function parseQwen2Config(json: unknown, path: string): Qwen2Config {
  const source = new DecoderConfigSource(json, path, 'Qwen2');
  requireRopeType(source, ['default']);
  const window = source.json['sliding_window'];
  const usesWindow = source.json['use_sliding_window'] === true && typeof window === 'number';
  return { ...parseDecoderConfig(source), ...(usesWindow ? { slidingWindow: window } : {}) };
}

/** The config in Hugging Face's form. */
export function toHuggingFaceConfig(config: Qwen2Config): Record<string, unknown> {
  const { slidingWindow } = config;
  return {
    model_type: 'qwen2',
    architectures: ['Qwen2ForCausalLM'],
    ...toHuggingFaceSizes(config),
    ...(slidingWindow === undefined
      ? {}
      : { use_sliding_window: true, sliding_window: slidingWindow }),
  };
}
