import { diagnose } from '@omnict/runner';
import type { Command } from 'commander';
import { jsonOption, storeOption } from '../options';
import { type Output, printResult } from '../output';

/** `omnict doctor`: what this machine offers and which engine will be used. */
export function defineDoctor(command: Command, output: Output): void {
  command
    .option('--engine <name>', 'try this engine only')
    .addOption(storeOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  omnict doctor')
    .action(async ({ store, json, engine }: { store: string; json?: boolean; engine?: string }) => {
      const facts = await diagnose(store, engine);
      printResult(output, facts, {
        json,
        text: () =>
          [
            `Node.js    ${facts.node} on ${facts.platform}`,
            `Machine    ${facts.cores} cores, ${facts.memoryGiB} GiB memory`,
            `Disk       ${facts.freeDiskGiB} GiB free for ${store}`,
            `GPU        ${facts.gpu}`,
            `int8, int4 ${facts.onnxRuntime}`,
            ...facts.engine.attempts.map(
              ({ name, available, detail }) =>
                `Engine     ${name}: ${available ? 'in use' : 'not available'} (${detail})`,
            ),
          ].join('\n'),
      });
    });
}
