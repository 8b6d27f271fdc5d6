import { MissingDataError } from '@omnict/core';
import type { Checkpoint } from '@omnict/nn';
import type { CausalDecoder } from '../decoder/causal-decoder';
import type { DecoderConfig } from '../decoder/decoder-config';
import type { DecoderWeights } from './onnx-layers';

/** Weights of a model in memory; adapters must be merged. */
export function decoderWeights(model: CausalDecoder): DecoderWeights {
  const parameters = model.namedParameters();
  return {
    config: model.config,
    has: (name) => parameters.has(name),
    read: async (name) => {
      const parameter = parameters.get(name);
      if (parameter === undefined) {
        throw new MissingDataError(
          `writeOnnxDecoder: the model has no parameter '${name}'; expected that of a Qwen2 or Phi-3 decoder; use precision f32`,
        );
      }
      return (await parameter.data()) as Float32Array;
    },
  };
}

/** Weights of a checkpoint, one tensor in memory at a time. */
export function checkpointWeights(checkpoint: Checkpoint, config: DecoderConfig): DecoderWeights {
  return {
    config,
    has: (name) => checkpoint.has(name),
    read: async (name) => {
      const tensor = await checkpoint.read(name);
      try {
        return (await tensor.data()) as Float32Array;
      } finally {
        tensor.dispose();
      }
    },
  };
}
