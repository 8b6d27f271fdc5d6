import * as tf from '@tensorflow/tfjs-core';
import { ConfigError, UnsupportedError } from '@omnict/core';
import { loadCpu } from './cpu';
import { loadTensorFlow } from './tensorflow';
import { loadWasm } from './wasm';
import { loadWebGpu } from './webgpu';

/** Engines that can be asked for. */
export const ENGINE_NAMES = ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const;

/** Engines tried without a wish, best first: WebGPU may be a slow driver in software, so it is left out. */
const AUTOMATIC = ENGINE_NAMES.filter((name) => name !== 'webgpu');

/** Name of an engine, as written in specs and in `OMNICT_ENGINE`. */
export type EngineName = (typeof ENGINE_NAMES)[number];

/** What became of one engine when it was tried. */
export interface EngineAttempt {
  name: EngineName;
  available: boolean;
  /** Version when available, else why it is not and what would help. */
  detail: string;
}

/** The engine in use and those tried before it. */
export interface EngineReport {
  name: EngineName;
  detail: string;
  attempts: EngineAttempt[];
}

/** Makes the engine the backend of tfjs-core and returns its version line; throws when it cannot. */
type EngineLoader = () => Promise<string>;

const LOADERS: Record<EngineName, EngineLoader> = {
  'tensorflow-gpu': () => loadTensorFlow('@tensorflow/tfjs-node-gpu'),
  tensorflow: () => loadTensorFlow('@tensorflow/tfjs-node'),
  webgpu: loadWebGpu,
  wasm: loadWasm,
  cpu: loadCpu,
};

let selected: Promise<EngineReport> | null = null;

/**
 * Picks the engine all tensors of this process live on; later calls return the first choice.
 *
 * @param wanted one of {@link ENGINE_NAMES}; without it the environment variable `OMNICT_ENGINE`
 *   decides, and without that the first engine that works; `webgpu` on request only.
 * @throws ConfigError for an unknown name or a second, different choice; UnsupportedError when
 *   the engine asked for does not work here.
 */
export async function selectEngine(wanted?: string): Promise<EngineReport> {
  const name = parseEngineName(wanted ?? process.env['OMNICT_ENGINE']);
  selected ??= firstWorking(name === undefined ? AUTOMATIC : [name]);
  const report = await selected;
  if (name !== undefined && report.name !== name) {
    throw new ConfigError(
      `selectEngine: this process already runs on '${report.name}'; expected no second choice, got '${name}'; start a new process for another engine`,
    );
  }
  return report;
}

/** The engine in use. @throws ConfigError before {@link selectEngine} was called. */
export async function currentEngine(): Promise<EngineReport> {
  if (selected === null) {
    throw new ConfigError('currentEngine: no engine yet; call selectEngine() first');
  }
  return selected;
}

/** Reads an engine's name. @throws ConfigError naming the valid ones. */
export function parseEngineName(name: string | undefined): EngineName | undefined {
  if (name === undefined || name === '' || name === 'auto') return undefined;
  const known = ENGINE_NAMES.find((candidate) => candidate === name);
  if (known !== undefined) return known;
  throw new ConfigError(
    `engine: unknown name; expected auto or one of ${ENGINE_NAMES.join(', ')}, got '${name}'; correct OMNICT_ENGINE or the spec`,
  );
}

async function firstWorking(candidates: readonly EngineName[]): Promise<EngineReport> {
  const attempts: EngineAttempt[] = [];
  for (const name of candidates) {
    try {
      const detail = await LOADERS[name]();
      attempts.push({ name, available: true, detail });
      await tf.ready();
      return { name, detail, attempts };
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      attempts.push({ name, available: false, detail: reason });
    }
  }
  const reasons = attempts.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
  throw new UnsupportedError(
    `selectEngine: no engine works; expected one of ${candidates.join(', ')}; tried ${reasons}; run 'npx omnict setup' or unset OMNICT_ENGINE`,
    { details: { attempts } },
  );
}
