import type { Command } from 'commander';
import type { Output } from '../output';
import { addDataAuditSheetCommands } from './data-audit-sheet';
import { addDataCurateCommand } from './data-curate';
import { addDataAuditCommand } from './data-audit';
import { addDataBenchCommand } from './data-bench';
import { addDataDedupCommand } from './data-dedup';
import { addDataImportCommand } from './data-import';
import { addDataPhantomCommand } from './data-phantom';
import { addDataSplitCommand } from './data-split';
import { addDataStatsCommand } from './data-stats';
import { addDataValidateCommand } from './data-validate';

const DATA_COMMANDS = [
  addDataImportCommand,
  addDataPhantomCommand,
  addDataValidateCommand,
  addDataCurateCommand,
  addDataAuditSheetCommands,
  addDataStatsCommand,
  addDataSplitCommand,
  addDataDedupCommand,
  addDataAuditCommand,
  addDataBenchCommand,
] as const;

/** `omnict data`: records from data sets, their curation, and benchmarks made of them. */
export function addDataCommands(program: Command, output: Output): void {
  const data = program
    .command('data')
    .description('import, check, split and curate question records');
  for (const add of DATA_COMMANDS) add(data, output);
}
