import type { Command } from 'commander';
import { addLazyCommands, type LazyCommand } from '../lazy-command';
import type { Output } from '../output';

const DATA_COMMANDS: readonly LazyCommand[] = [
  {
    name: 'import',
    description: 'bring a published data set into a records file; bad rows are listed and left out',
    load: async () => (await import('./data-import')).defineDataImport,
  },
  {
    name: 'pull',
    description:
      'fetch a data set, or a part of it, from the Hugging Face hub; shows the cost first',
    load: async () => (await import('./data-pull')).defineDataPull,
  },
  {
    name: 'phantom',
    description: 'make PhantomCT 2: simulated CT with organ masks, findings, reports and questions',
    load: async () => (await import('./data-phantom')).defineDataPhantom,
  },
  {
    name: 'validate',
    description: 'check form, ids, images and masks of records; exit code 1 when any is wrong',
    load: async () => (await import('./data-validate')).defineDataValidate,
  },
  {
    name: 'curate',
    description: 'select, verify, map and refine records; every decision is logged with its reason',
    load: async () => (await import('./data-curate')).defineDataCurate,
  },
  {
    name: 'audit-sheet',
    description: 'let people look at a sample of what the verifier decided',
    load: async () => (await import('./data-audit-sheet')).defineDataAuditSheet,
  },
  {
    name: 'stats',
    description: 'count task types, categories, organs and modality, and draw them',
    load: async () => (await import('./data-stats')).defineDataStats,
  },
  {
    name: 'split',
    description: 'divide records so that no patient, scan or image is in two splits',
    load: async () => (await import('./data-split')).defineDataSplit,
  },
  {
    name: 'dedup',
    description: 'find images that show the same, by perceptual hash and then by features',
    load: async () => (await import('./data-dedup')).defineDataDedup,
  },
  {
    name: 'audit',
    description: 'find images, scans, patients and texts that splits share; exit code 1 if any',
    load: async () => (await import('./data-audit')).defineDataAudit,
  },
  {
    name: 'bench',
    description: 'build a balanced multiple-choice benchmark and measure what its text gives away',
    load: async () => (await import('./data-bench')).defineDataBench,
  },
];

/** `omnict data`: records from data sets, their curation, and benchmarks made of them. */
export function defineData(data: Command, output: Output): void {
  addLazyCommands(data, DATA_COMMANDS, output);
}
