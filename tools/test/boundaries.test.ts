import { ESLint } from 'eslint';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import typescript from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { ALLOWED_IMPORTS, forbiddenImports, LAYERS, SIDEWAYS } from '../boundaries.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The repository's rules but for those that need types, which would be read from the disk. */
const eslint = new ESLint({
  cwd: ROOT,
  overrideConfig: [{ files: ['packages/**/*.ts'], ...typescript.configs.disableTypeChecked }],
});

/** Messages of the boundary rule for one line of code in a package. */
async function boundaryMessages(name: keyof typeof ALLOWED_IMPORTS, code: string) {
  const filePath = join(ROOT, 'packages', name, 'src', 'index.ts');
  const [result] = await eslint.lintText(code, { filePath });
  return (result?.messages ?? [])
    .filter(({ ruleId }) => ruleId === 'no-restricted-imports')
    .map(({ message }) => message);
}

describe('package boundaries', () => {
  it.each([
    ['io', "import { composeSlices } from '@omnict/encoding';\nexport { composeSlices };\n"],
    [
      'io',
      "import type { VisionEncoder } from '@omnict/encoding';\nexport type { VisionEncoder };\n",
    ],
    ['nn', "export { readVolume } from '@omnict/io';\n"],
    ['core', "export { Linear } from '@omnict/nn';\n"],
    ['chat', "export { Linear } from '@omnict/nn';\n"],
    ['pipeline', "export { scorePredictions } from '@omnict/eval';\n"],
    ['data', "export { samplePhantom } from '@omnict/phantom';\n"],
    ['eval', "export { train } from '@omnict/train';\n"],
    ['report', "export { runCli } from 'omnict';\n"],
    ['model', "export { Linear } from '@omnict/nn/src/layers/linear';\n"],
    ['model', "export { Linear } from '../../nn/src/layers/linear';\n"],
  ] as const)('%s must not: %s', async (name, code) => {
    const messages = await boundaryMessages(name, code);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('Boundary:');
  });

  it('lets a package import from below', async () => {
    const code = "export { composeSlices } from '@omnict/encoding';\n";
    expect(await boundaryMessages('model', code)).toEqual([]);
  });

  it('points downwards, or sideways where that is listed', () => {
    const layerOf = (name: string) => LAYERS.findIndex((names) => names.includes(name));
    expect(LAYERS.flat().sort()).toEqual(Object.keys(ALLOWED_IMPORTS).sort());
    const notBelow = Object.entries(ALLOWED_IMPORTS).flatMap(([name, allowed]) =>
      allowed.filter((other) => layerOf(other) >= layerOf(name)).map((other) => [name, other]),
    );
    expect(notBelow).toEqual(SIDEWAYS);
  });

  it('names every other package in the patterns of a package', () => {
    const names = forbiddenImports('projector').flatMap((pattern) =>
      'group' in pattern ? pattern.group : [],
    );
    expect(names).toEqual(expect.arrayContaining(['@omnict/io', 'omnict']));
    expect(names).not.toContain('@omnict/nn');
  });
});
