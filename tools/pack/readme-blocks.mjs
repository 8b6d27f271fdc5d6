/** @file Programs of the packages' READMEs, as a user copies them. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../steps.mjs';

/**
 * Programs of a README. A block without imports goes on with the one before it.
 *
 * @param {string} text Markdown
 * @returns {{ code: string, line: number }[]}
 */
function programs(text) {
  const found = [];
  for (const match of text.matchAll(/^```ts\n(.*?)^```$/gms)) {
    const code = match[1];
    const line = text.slice(0, match.index).split('\n').length + 1;
    const last = found.at(-1);
    if (last !== undefined && !/^import /m.test(code)) last.code += code;
    else found.push({ code, line });
  }
  return found;
}

/**
 * Writes every program of the READMEs as a module beside the examples, and a tsconfig for each way of resolving modules.
 *
 * @param {string} project folder of the installed project
 * @param {{ name: string, folder: string }[]} packages
 * @returns {{ configs: string[], count: number }} paths of the configs
 */
export function writeBlocks(project, packages) {
  const folder = join(project, 'readme');
  mkdirSync(folder);
  let count = 0;
  for (const { name, folder: source } of packages) {
    const blocks = programs(readFileSync(join(source, 'README.md'), 'utf8'));
    for (const { code, line } of blocks) {
      const file = `${name.replace('@omnict/', '')}-line-${line}.ts`;
      writeFileSync(join(folder, file), `${code}\nexport {};\n`);
      count++;
    }
  }
  cpSync(join(ROOT, 'examples'), join(project, 'examples'), { recursive: true });
  const resolutions = [
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ];
  const configs = resolutions.map((resolution) => {
    const config = join(project, `tsconfig.${resolution.moduleResolution}.json`);
    const compilerOptions = {
      ...resolution,
      target: 'es2022',
      lib: ['es2023'],
      types: ['node'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
    };
    writeFileSync(config, JSON.stringify({ compilerOptions, include: ['readme', 'examples'] }));
    return config;
  });
  return { configs, count };
}
