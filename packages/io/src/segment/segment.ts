import { MissingDataError, type OrganMask, type Volume } from '@omnict/core';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matchMask } from '../masks/match-mask';
import { readMask } from '../masks/read-mask';
import { writeNifti } from '../nifti/write-nifti';
import { segmentCoarsely } from './coarse';

/** How an image was segmented. */
export type SegmentationMethod = 'TotalSegmentator' | 'coarse';

/** Organ labels and where they come from. */
export interface Segmentation {
  mask: OrganMask;
  method: SegmentationMethod;
  warnings: string[];
}

/** What to segment with. */
export interface SegmentOptions {
  /** `auto` takes TotalSegmentator where it is installed; default. */
  method?: SegmentationMethod | 'auto';
  /** TotalSegmentator's faster model on a grid of 3 mm. */
  fast?: boolean;
  /** Structures to look for, by TotalSegmentator's names; fewer need less time. Default: all. */
  structures?: readonly string[] | undefined;
  /** Lines that TotalSegmentator prints. */
  onOutput?: (text: string) => void;
}

const COMMAND = 'TotalSegmentator';

/** Lines of the command's last words that go into an error. */
const LAST_LINES = 3;

/**
 * Segments a CT: by the `TotalSegmentator` command where it is installed, else coarsely by HU and
 * morphology, named as such.
 *
 * The command gets a NIfTI file of the voxels alone, in a folder of its own that is removed again.
 *
 * @throws MissingDataError when TotalSegmentator was asked for and is not there, or fails
 * @see https://github.com/wasserth/TotalSegmentator
 */
export async function segment(
  volume: Volume,
  { method = 'auto', fast = false, structures, onOutput = () => undefined }: SegmentOptions = {},
): Promise<Segmentation> {
  if (method !== 'coarse') {
    const mask = await byTotalSegmentator(volume, { fast, structures, onOutput });
    if (mask !== undefined) return { mask, method: 'TotalSegmentator', warnings: [] };
    if (method === 'TotalSegmentator') {
      throw new MissingDataError(
        `segment: command '${COMMAND}' is not there; expected it on PATH; run pip install TotalSegmentator, or use the coarse method`,
      );
    }
  }
  const warnings =
    method === 'auto'
      ? [
          `'${COMMAND}' is not installed: body, lungs, bone and air were segmented coarsely, no organs`,
        ]
      : [];
  return { mask: segmentCoarsely(volume), method: 'coarse', warnings };
}

/** Undefined when the command is not installed. */
async function byTotalSegmentator(
  volume: Volume,
  {
    fast,
    structures = [],
    onOutput,
  }: Required<Pick<SegmentOptions, 'fast' | 'onOutput'>> & Pick<SegmentOptions, 'structures'>,
): Promise<OrganMask | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'omnict-segment-'));
  try {
    const [input, output] = [join(folder, 'ct.nii.gz'), join(folder, 'labels.nii.gz')];
    await writeNifti(input, volume);
    const args = ['-i', input, '-o', output, '--ml', ...(fast ? ['--fast'] : [])];
    if (structures.length > 0) args.push('--roi_subset', ...structures);
    const isThere = await runCommand(args, onOutput);
    return isThere ? matchMask(await readMask(output), volume) : undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** False when there is no such command. @throws MissingDataError when it fails */
async function runCommand(
  args: readonly string[],
  onOutput: (text: string) => void,
): Promise<boolean> {
  const child = spawn(COMMAND, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let last: string[] = [];
  const take = (chunk: Buffer): void => {
    const text = chunk.toString('utf8');
    onOutput(text);
    last = [...last, ...text.split(/[\r\n]+/).filter(Boolean)].slice(-LAST_LINES);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const code = await new Promise<number | undefined>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
    child.on('close', (status) => resolve(status ?? -1));
  });
  if (code === undefined) return false;
  if (code === 0) return true;
  throw new MissingDataError(
    `segment: ${COMMAND} ended with code ${code}; expected a label map; it said: ${last.join(' / ') || 'nothing'}`,
  );
}
