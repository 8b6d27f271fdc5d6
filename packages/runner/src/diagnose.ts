import { describeOnnxRuntime, type EngineReport, selectEngine } from '@omnict/nn';
import { availableParallelism, totalmem } from 'node:os';
import { mkdir, statfs } from 'node:fs/promises';
import { describeGpu } from './describe-gpu';

/** What this machine offers. */
export interface Diagnosis {
  node: string;
  platform: string;
  cores: number;
  memoryGiB: number;
  /** Free disk where caches and runs go. */
  freeDiskGiB: number;
  engine: EngineReport;
  /** Graphics card, or what is missing to use one. */
  gpu: string;
  /** What int8 and int4 answers run on, or why there is none. */
  onnxRuntime: string;
}

const GIB = 2 ** 30;

/**
 * Looks at the machine and tries the engines.
 *
 * @param store folder of caches and runs @param engine the only engine to try; default: all
 * @throws UnsupportedError when no engine works
 */
export async function diagnose(store: string, engine?: string): Promise<Diagnosis> {
  await mkdir(store, { recursive: true });
  const disk = await statfs(store);
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryGiB: round(totalmem() / GIB),
    freeDiskGiB: round((disk.bavail * disk.bsize) / GIB),
    engine: await selectEngine(engine),
    gpu: describeGpu(),
    onnxRuntime: await describeOnnxRuntime(),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
