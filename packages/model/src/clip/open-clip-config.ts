import type { ClipVisionConfig, PixelStatistics } from '@omnict/encoding';
import type { ClipTextConfig } from '@omnict/llm';
import { Checkpoint } from '@omnict/nn';
import { ConfigError, FormatError, MissingDataError, UnsupportedError } from '@omnict/core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Name of a pair's description in open_clip's layout. */
export const OPEN_CLIP_CONFIG = 'open_clip_config.json';

/** A pair of towers, as its folder describes it. */
export interface OpenClipConfig {
  vision: ClipVisionConfig;
  text: ClipTextConfig;
  /** Of pixels in [0, 1]. */
  statistics: PixelStatistics;
  /** Tokens that longer texts are cut to, special ones included. */
  contextLength: number;
}

interface OpenClipJson {
  model_cfg?: {
    embed_dim?: number;
    vision_cfg?: { timm_model_name?: string; image_size?: number; head_width?: number };
    text_cfg?: {
      hf_proj_type?: string;
      hf_pooler_type?: string;
      context_length?: number;
      heads?: number;
    };
  };
  preprocess_cfg?: { mean?: number[]; std?: number[] };
}

/** Width of a head in timm's `vit_*` and in BERT, unless the file says otherwise. */
const HEAD_SIZE = 64;

/** What CLIP's images are brought to, in [0, 1]. @see https://arxiv.org/abs/2103.00020 */
const CLIP_STATISTICS = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/**
 * Reads a pair's description. The file names its towers, whose sizes are those of the tensors.
 *
 * @throws MissingDataError, FormatError; ConfigError when tensors are missing; UnsupportedError for
 *   towers that are no vision transformer and no BERT
 */
export async function readOpenClipConfig(folder: string): Promise<OpenClipConfig> {
  const path = join(folder, OPEN_CLIP_CONFIG);
  const { model_cfg: model = {}, preprocess_cfg: preprocess = {} } = await readJson(path);
  const { vision_cfg: vision = {}, text_cfg: text = {} } = model;
  const { timm_model_name: trunk = '' } = vision;
  const { hf_pooler_type: pooler = '', hf_proj_type: projection = '' } = text;
  const refuse = (field: string, expected: string, got: string): never => {
    throw new UnsupportedError(`${path}: field '${field}' is '${got}'; expected ${expected}`);
  };
  if (!/^vit_\w+_patch\d+_\d+/.test(trunk)) {
    refuse('vision_cfg.timm_model_name', 'a vit_*_patch*', trunk);
  }
  if (pooler !== 'cls_last_hidden_state_pooler') {
    refuse('text_cfg.hf_pooler_type', 'cls_last_hidden_state_pooler', pooler);
  }
  if (projection !== 'mlp' && projection !== 'linear') {
    return refuse('text_cfg.hf_proj_type', 'mlp or linear', projection);
  }
  const sizes = await TensorSizes.of(folder);
  const embedDim = sizes.at('visual.head.proj.weight', 0);
  if (model.embed_dim !== undefined && model.embed_dim !== embedDim) {
    throw new ConfigError(
      `${path}: field 'embed_dim' is ${model.embed_dim}, but visual.head.proj.weight gives ${embedDim}; check that config and weights belong together`,
    );
  }
  return {
    vision: visionConfig(sizes, { ...vision, embedDim }),
    text: { ...textConfig(sizes, text.heads), embedDim, projection },
    statistics: {
      mean: preprocess.mean ?? CLIP_STATISTICS.mean,
      std: preprocess.std ?? CLIP_STATISTICS.std,
    },
    contextLength: text.context_length ?? 256,
  };
}

function visionConfig(
  sizes: TensorSizes,
  {
    image_size: imageSize = 224,
    head_width: headSize = HEAD_SIZE,
    embedDim,
  }: { image_size?: number; head_width?: number; embedDim: number },
): ClipVisionConfig {
  const hiddenSize = sizes.at('visual.trunk.cls_token', 2);
  return {
    imageSize,
    patchSize: sizes.at('visual.trunk.patch_embed.proj.weight', 2),
    hiddenSize,
    intermediateSize: sizes.at('visual.trunk.blocks.0.mlp.fc1.weight', 0),
    numHiddenLayers: sizes.count('visual.trunk.blocks.'),
    numAttentionHeads: hiddenSize / headSize,
    embedDim,
  };
}

function textConfig(
  sizes: TensorSizes,
  heads: number | undefined,
): Omit<ClipTextConfig, 'embedDim' | 'projection'> {
  const embeddings = 'text.transformer.embeddings';
  const hiddenSize = sizes.at(`${embeddings}.word_embeddings.weight`, 1);
  return {
    family: 'bert',
    vocabSize: sizes.at(`${embeddings}.word_embeddings.weight`, 0),
    hiddenSize,
    intermediateSize: sizes.at('text.transformer.encoder.layer.0.intermediate.dense.weight', 0),
    numHiddenLayers: sizes.count('text.transformer.encoder.layer.'),
    numAttentionHeads: heads ?? hiddenSize / HEAD_SIZE,
    maxPositionEmbeddings: sizes.at(`${embeddings}.position_embeddings.weight`, 0),
    typeVocabSize: sizes.at(`${embeddings}.token_type_embeddings.weight`, 0),
    hiddenAct: 'gelu',
    layerNormEps: 1e-12,
    padTokenId: 0,
    labels: [],
  };
}

/** Sizes of a checkpoint's tensors. */
class TensorSizes {
  private constructor(
    private readonly folder: string,
    private readonly shapes: ReadonlyMap<string, readonly number[]>,
  ) {}

  static async of(folder: string): Promise<TensorSizes> {
    const checkpoint = await Checkpoint.open(folder);
    const { shapes } = checkpoint;
    await checkpoint.close();
    return new TensorSizes(folder, shapes);
  }

  /** One size of a tensor. @throws ConfigError when there is none */
  at(name: string, axis: number): number {
    const size = this.shapes.get(name)?.[axis];
    if (size !== undefined) return size;
    throw new ConfigError(
      `${this.folder}: tensor '${name}' with an axis ${axis} is missing; expected a timm vision transformer and a BERT in open_clip's layout; fetch the checkpoint again`,
    );
  }

  /** How many different numbers follow a prefix. */
  count(prefix: string): number {
    const names = [...this.shapes.keys()].filter((name) => name.startsWith(prefix));
    return new Set(names.map((name) => name.slice(prefix.length).split('.')[0])).size;
  }
}

async function readJson(path: string): Promise<OpenClipJson> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new MissingDataError(`${path}: cannot be read; expected a model in open_clip's layout`, {
      cause: error,
    });
  });
  try {
    return JSON.parse(text) as OpenClipJson;
  } catch (error) {
    throw new FormatError(`${path}: is not JSON; the file is damaged; fetch it again`, {
      cause: error,
    });
  }
}
