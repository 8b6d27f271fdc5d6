import { type ActivationName, MICROSOFT, type OnnxAttribute, OnnxModel } from '@omnict/nn';
import { type DecoderConfig, windowOf } from '../decoder/decoder-config';
import { arrangeColumns, arrangeRows, headLayout } from './head-layout';
import { packEmbeddings, writeOnnxFolder } from './onnx-folder';
import {
  bytesOf,
  type DecoderWeights,
  type LinearWeights,
  OnnxLayers,
  type OnnxWeights,
} from './onnx-layers';

/** Activations as operations of onnxruntime. */
const ACTIVATION_NODES: Readonly<
  Record<ActivationName, { name: string; domain: '' | 'com.microsoft'; alpha?: number }>
> = {
  gelu: { name: 'Gelu', domain: MICROSOFT },
  gelu_new: { name: 'FastGelu', domain: MICROSOFT },
  gelu_pytorch_tanh: { name: 'FastGelu', domain: MICROSOFT },
  quick_gelu: { name: 'QuickGelu', domain: MICROSOFT, alpha: 1.702 },
  silu: { name: 'QuickGelu', domain: MICROSOFT, alpha: 1 },
  swish: { name: 'QuickGelu', domain: MICROSOFT, alpha: 1 },
  relu: { name: 'Relu', domain: '' },
};

/**
 * Writes a decoder as an ONNX model: embeddings in, scores of the last token out, keys and values of each layer
 * in and out. Matrices are rounded to int8 or int4 in blocks of 32; norms, biases and embeddings stay as they are.
 */
export async function writeOnnxDecoder(
  source: DecoderWeights,
  folder: string,
  { weights }: { weights: OnnxWeights },
): Promise<void> {
  const model = await OnnxModel.create(folder);
  try {
    const writer = new DecoderWriter(source, model, weights);
    await writer.write();
    await model.finish();
  } finally {
    await model.close();
  }
  const table = packEmbeddings(await source.read('model.embed_tokens.weight'));
  await writeOnnxFolder(folder, { config: source.config, weights, table });
}

class DecoderWriter {
  private readonly config: DecoderConfig;

  private readonly layers: OnnxLayers;

  constructor(
    private readonly source: DecoderWeights,
    private readonly model: OnnxModel,
    weights: OnnxWeights,
  ) {
    this.config = source.config;
    this.layers = new OnnxLayers(source, model, weights);
  }

  async write(): Promise<void> {
    const { hiddenSize, numHiddenLayers, numKeyValueHeads, vocabSize } = this.config;
    const { size } = headLayout(this.config);
    this.model.input('embeddings', 'float32', ['B', 'T', hiddenSize]);
    this.model.input('lastPlaces', 'int32', ['B']);
    this.model.input('total', 'int32', []);
    for (const name of ['cos', 'sin']) this.model.input(name, 'float32', ['M', size / 2]);
    let [x, normed] = [
      'embeddings',
      await this.layers.norm('embeddings', 'model.layers.0.input_layernorm'),
    ];
    for (let layer = 0; layer < numHiddenLayers; layer++) {
      for (const part of ['keys', 'values']) {
        const shape = ['B', numKeyValueHeads, 'S', size];
        this.model.input(`past.${layer}.${part}`, 'float32', shape);
        this.model.output(`present.${layer}.${part}`, 'float32', shape);
      }
      const at = `model.layers.${layer}`;
      const attended = await this.attention(normed, layer);
      const inner = await this.layers.skipNorm([x, attended], `${at}.post_attention_layernorm`);
      const last = layer + 1 === numHiddenLayers;
      const next = last ? 'model.norm' : `model.layers.${layer + 1}.input_layernorm`;
      const outer = await this.layers.skipNorm(
        [inner.sum, await this.feedForward(inner.normed, at)],
        next,
      );
      [x, normed] = [outer.sum, outer.normed];
    }
    const index = this.model.constant('lastIndex', {
      type: 'int64',
      shape: [1],
      bytes: bytesOf(BigInt64Array.of(-1n)),
    });
    this.model.node('Gather', {
      inputs: [normed, index],
      outputs: ['lastHidden'],
      attributes: { axis: 1n },
    });
    const head = this.source.has('lm_head.weight') && !this.config.tieWordEmbeddings;
    const weight = await this.source.read(head ? 'lm_head.weight' : 'model.embed_tokens.weight');
    const scores = await this.layers.linear('lastHidden', 'head', { weight, columns: hiddenSize });
    this.model.node('Identity', { inputs: [scores], outputs: ['logits'] });
    this.model.output('logits', 'float32', ['B', 1, vocabSize]);
  }

  private async attention(x: string, layer: number): Promise<string> {
    const { config } = this;
    const { headSize, numAttentionHeads, numKeyValueHeads } = config;
    const layout = headLayout(config);
    const at = `model.layers.${layer}.self_attn`;
    const projected = await this.layers.linear(x, `${at}.qkv`, await this.projections(at));
    const window = windowOf(config, layer);
    const attended = `${at}.attended`;
    this.model.node('GroupQueryAttention', {
      inputs: [
        ...[projected, '', '', `past.${layer}.keys`, `past.${layer}.values`],
        ...['lastPlaces', 'total', 'cos', 'sin'],
      ],
      outputs: [attended, `present.${layer}.keys`, `present.${layer}.values`],
      attributes: {
        num_heads: BigInt(numAttentionHeads),
        kv_num_heads: BigInt(numKeyValueHeads),
        do_rotary: 1n,
        scale: 1 / Math.sqrt(headSize),
        ...(window !== Infinity && { local_window_size: BigInt(window) }),
      },
      domain: MICROSOFT,
    });
    const columns = numAttentionHeads * layout.size;
    const weight = arrangeColumns(await this.source.read(`${at}.o_proj.weight`), {
      headSize,
      places: layout.plain,
    });
    return this.layers.linear(attended, `${at}.o_proj`, { weight, columns });
  }

  /** Queries, keys and values as one matrix. */
  private async projections(at: string): Promise<LinearWeights> {
    const { source, config } = this;
    const { hiddenSize, headSize, numAttentionHeads, numKeyValueHeads } = config;
    const layout = headLayout(config);
    const isFused = source.has(`${at}.qkv_proj.weight`);
    const parts = async (kind: string, columns: number): Promise<Float32Array[]> => {
      if (!isFused) {
        return Promise.all(
          ['q', 'k', 'v'].map((name) => source.read(`${at}.${name}_proj.${kind}`)),
        );
      }
      const all = await source.read(`${at}.qkv_proj.${kind}`);
      const keys = numAttentionHeads * headSize * columns;
      const values = keys + numKeyValueHeads * headSize * columns;
      return [all.subarray(0, keys), all.subarray(keys, values), all.subarray(values)];
    };
    const arranged = async (kind: string, columns: number): Promise<Float32Array> => {
      const [q, k, v] = (await parts(kind, columns)) as [Float32Array, Float32Array, Float32Array];
      const options = { columns, headSize };
      return joined([
        arrangeRows(q, { ...options, places: layout.turned }),
        arrangeRows(k, { ...options, places: layout.turned }),
        arrangeRows(v, { ...options, places: layout.plain }),
      ]);
    };
    return {
      weight: await arranged('weight', hiddenSize),
      columns: hiddenSize,
      ...(source.has(`${at}.q_proj.bias`) && { bias: await arranged('bias', 1) }),
    };
  }

  private async feedForward(x: string, layer: string): Promise<string> {
    const { source, config } = this;
    const { hiddenSize, intermediateSize, hiddenAct = 'silu' } = config;
    const at = `${layer}.mlp`;
    const weight = source.has(`${at}.gate_up_proj.weight`)
      ? await source.read(`${at}.gate_up_proj.weight`)
      : joined([
          await source.read(`${at}.gate_proj.weight`),
          await source.read(`${at}.up_proj.weight`),
        ]);
    const both = await this.layers.linear(x, `${at}.gate_up`, { weight, columns: hiddenSize });
    const sizes = this.model.constant(`${at}.sizes`, {
      type: 'int64',
      shape: [2],
      bytes: bytesOf(BigInt64Array.of(BigInt(intermediateSize), BigInt(intermediateSize))),
    });
    const [gate, up, active, product] = ['gate', 'up', 'active', 'product'].map(
      (name) => `${at}.${name}`,
    ) as [string, string, string, string];
    this.model.node('Split', {
      inputs: [both, sizes],
      outputs: [gate, up],
      attributes: { axis: -1n },
    });
    const { name, domain, alpha } = ACTIVATION_NODES[hiddenAct];
    const attributes: Record<string, OnnxAttribute> = alpha === undefined ? {} : { alpha };
    this.model.node(name, { inputs: [gate], outputs: [active], domain, attributes });
    this.model.node('Mul', { inputs: [active, up], outputs: [product] });
    const down = await source.read(`${at}.down_proj.weight`);
    return this.layers.linear(product, `${at}.down_proj`, {
      weight: down,
      columns: intermediateSize,
    });
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
