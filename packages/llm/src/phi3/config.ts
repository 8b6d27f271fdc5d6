import {
  type DecoderConfig,
  parseDecoderConfig,
  toHuggingFaceSizes,
} from '../decoder/decoder-config';
import { DecoderConfigSource } from '../decoder/decoder-config-source';

/** Sizes of a Phi-3 / Phi-4-mini decoder. */
export type Phi3Config = DecoderConfig;

/** Reads a config.json. @throws ConfigError naming the field; UnsupportedError for other scalings. */
export function parsePhi3Config(json: unknown, path: string): Phi3Config {
  const source = new DecoderConfigSource(json, path, 'Phi-3');
  const window = source.json['sliding_window'];
  const config = parseDecoderConfig(source);
  return typeof window === 'number' ? { ...config, slidingWindow: window } : config;
}

/** The config in Hugging Face's form. */
export function toHuggingFaceConfig(config: Phi3Config): Record<string, unknown> {
  return {
    model_type: 'phi3',
    architectures: ['Phi3ForCausalLM'],
    ...toHuggingFaceSizes(config),
    partial_rotary_factor: config.partialRotaryFactor ?? 1,
    sliding_window: config.slidingWindow ?? null,
  };
}
