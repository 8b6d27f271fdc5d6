import { provisionTensorFlow } from '@omnict/nn';
import type { Command } from 'commander';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';

/** `omnict setup`: the fast engine, for an installed copy as for a clone. */
export function defineSetup(command: Command, output: Output): void {
  command
    .option('--gpu', "TensorFlow for CUDA with CUDA itself, about 3 GB; needs NVIDIA's driver")
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nNeeds Linux x64, python3 with pip, and g++; elsewhere OmniCT runs on WebAssembly.\n\nExample:\n  omnict setup',
    )
    .action(async ({ gpu = false, json }: { gpu?: boolean; json?: boolean }) => {
      const engine = await provisionTensorFlow({
        gpu,
        onStep: (text) => output.err(`${text} ...\n`),
      });
      printResult(output, { engine }, { json, text: () => `${engine} is ready: omnict doctor` });
    });
}
