/**
 * @file Compiles packages/io/assembly/voxels.ts (AssemblyScript) and writes it as a module that JavaScript
 * imports. With --check nothing is written: it fails when what is committed differs.
 * Usage: node tools/kernels.mjs [--check]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Fetched when needed: the compiler takes 100 MB, and only who changes the kernels needs it. */
const COMPILER = 'assemblyscript@0.28.20';
const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'packages/io/src/kernels/voxels-wasm.ts');

const compiled = moduleText(compile('packages/io/assembly/voxels.ts'));
if (!process.argv.includes('--check')) writeFileSync(target, compiled);
else if (readFileSync(target, 'utf8') !== compiled) {
  console.error(`${target} is not what its source compiles to; run: node tools/kernels.mjs`);
  process.exitCode = 1;
}

function compile(source) {
  const folder = mkdtempSync(join(tmpdir(), 'omnict-kernels-'));
  try {
    const output = join(folder, 'kernels.wasm');
    const options = ['-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd'];
    const command = ['--yes', '--package', COMPILER, 'asc', source, ...options, '-o', output];
    execFileSync('npx', command, { cwd: root, stdio: 'inherit' });
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function moduleText(bytes) {
  const lines = bytes.toString('base64').match(/.{1,90}/g);
  return `// Made from assembly/voxels.ts by tools/kernels.mjs.

/** Compiled voxel loops, base64. */
export const VOXELS_WASM =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;
}
