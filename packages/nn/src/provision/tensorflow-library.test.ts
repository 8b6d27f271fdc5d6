import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { CUDA_WHEELS } from './cuda-wheels';
import { fetchTensorFlow, pinnedRequirement, requirementsOf } from './tensorflow-library';

const METADATA = `Metadata-Version: 2.1
Name: tensorflow
Provides-Extra: and-cuda
Requires-Dist: numpy>=1.26.0
Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"
Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == 'and-cuda'
Requires-Dist: tensorflow-io ; extra == "gcs-filesystem"
`;

it('asks for what the extra of the wheel names', () => {
  expect(requirementsOf(METADATA, 'and-cuda')).toEqual([
    'nvidia-cublas-cu12<13.0,>=12.5.3.2',
    'nvidia-cudnn-cu12<10.0,>=9.3.0.75',
  ]);
  expect(requirementsOf(METADATA, 'none')).toEqual([]);
});

it('takes wheels of known content alone', () => {
  for (const requirement of requirementsOf(METADATA, 'and-cuda')) {
    expect(pinnedRequirement(requirement)).toMatch(
      /^nvidia-[a-z]+-cu12==[\d.]+ --hash=sha256:[0-9a-f]{64}$/,
    );
  }
  expect(Object.keys(CUDA_WHEELS)).toHaveLength(12);
  for (const planted of ['nvidia-cudnn-cu12-fast>=1', 'constructor', '--index-url=http://planted'])
    expect(() => pinnedRequirement(planted)).toThrow(/no checksum is known/);
});

const folders: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0;

it.skipIf(!hasPip)(
  'refuses a wheel that is not the one PyPI holds, and keeps nothing of it',
  async () => {
    const [index, cache] = ['index', 'cache'].map((name) =>
      mkdtempSync(join(tmpdir(), `tf-${name}-`)),
    );
    folders.push(index as string, cache as string);
    const wheel = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';
    writeFileSync(join(index as string, wheel), 'planted');
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_FIND_LINKS', index);
    vi.stubEnv('OMNICT_CACHE_DIR', cache);
    await expect(fetchTensorFlow({ name: 'tensorflow-cpu' })).rejects.toThrow(/hash/i);
    expect(readdirSync(cache as string)).toEqual([]);
  },
);
