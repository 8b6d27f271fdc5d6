import { readConfigJson } from '@omnict/core';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OPEN_CLIP_CONFIG } from '../clip/open-clip-config';

/** Kind of a pair in open_clip's layout, which has no `model_type`. */
export const OPEN_CLIP_TYPE = 'open_clip';

/** What a comparison needs to know of a checkpoint before it is loaded. */
export interface CheckpointKind {
  /** `model_type` (diffusers: `_class_name`) of config.json */
  modelType: string;
  /** Token ids that end a text. */
  endIds: readonly number[];
}

interface ConfigJson {
  model_type?: string;
  _class_name?: string;
  eos_token_id?: number | number[] | null;
}

/** Reads config.json and, when there, generation_config.json. @throws MissingDataError, FormatError. */
export async function readCheckpointKind(folder: string): Promise<CheckpointKind> {
  const isAbsent = !existsSync(join(folder, 'config.json'));
  if (isAbsent && existsSync(join(folder, OPEN_CLIP_CONFIG))) {
    return { modelType: OPEN_CLIP_TYPE, endIds: [] };
  }
  const config = (await readConfigJson(join(folder, 'config.json'))) as ConfigJson;
  const path = join(folder, 'generation_config.json');
  const generation = existsSync(path) ? ((await readConfigJson(path)) as ConfigJson) : {};
  return {
    modelType: config.model_type ?? String(config._class_name),
    // What generates takes the ids of generation_config.json when it has some.
    endIds: [generation.eos_token_id ?? config.eos_token_id ?? []].flat(),
  };
}
