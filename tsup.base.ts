import { copyFile } from 'node:fs/promises';
import { defineConfig, type Options } from 'tsup';

/** Settings of one package's build. */
export interface PackageOptions extends Omit<Options, 'onSuccess'> {
  /** What to do after the bundle is written. */
  onSuccess?: () => Promise<void>;
}

/** The build every package shares: one ESM bundle and its types, dependencies left outside. */
export function packageConfig({ onSuccess, ...options }: PackageOptions = {}) {
  return defineConfig({
    entry: ['src/index.ts'],
    format: ['esm'],
    target: 'node20',
    dts: true,
    sourcemap: true,
    clean: true,
    ...options,
    onSuccess: async () => {
      await copyFile('../../LICENSE', 'LICENSE'); // npm packs the one beside package.json alone
      await onSuccess?.();
    },
  });
}
