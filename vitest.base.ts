import { defineConfig } from 'vitest/config';

/** Test settings every package shares: sources of sibling packages, one process per test file. */
export default defineConfig({
  resolve: { conditions: ['@omnict/source'] },
  ssr: { resolve: { conditions: ['@omnict/source'], externalConditions: ['@omnict/source'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 300_000,
    passWithNoTests: false,
    // Task runners ask for colour; commands that tests start inherit it, and what they print is compared as text.
    env: { FORCE_COLOR: '0' },
    reporters: ['default', ['json', { outputFile: 'test-results.json' }]],
  },
});
