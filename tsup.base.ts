import { defineConfig, type Options } from 'tsup';

/** The build every package shares: one ESM bundle and its types, dependencies left outside. */
export function packageConfig(options: Options = {}) {
  return defineConfig({
    entry: ['src/index.ts'],
    format: ['esm'],
    target: 'node20',
    dts: true,
    sourcemap: true,
    clean: true,
    ...options,
  });
}
