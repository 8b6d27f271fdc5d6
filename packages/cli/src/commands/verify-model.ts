import { type Verification, verifyCheckpoint } from '@omnict/model';
import { selectEngine } from '@omnict/nn';
import { type Command, InvalidArgumentError } from 'commander';
import { CommandFailed } from '../exit-codes';
import { jsonOption } from '../options';
import { type Output, printResult } from '../output';

/** `omnict verify-model`: whether a checkpoint gives here what it gave elsewhere. */
export function defineVerifyModel(command: Command, output: Output): void {
  command
    .argument('<folder>', 'folder with config.json and safetensors weights')
    .requiredOption('--io <file>', 'safetensors file with inputs and expected outputs')
    .option(
      '--tolerance <number>',
      'largest difference: absolute, or relative to the largest expected value when that is above 1',
      parseTolerance,
      1e-4,
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Inputs in the file: pixel_values ([B,3,H,W]; VideoMAE [B,T,3,H,W]; M3D-CLIP [B,1,D,H,W]),
input_ids, attention_mask, inputs_embeds. Every other tensor is an expected output: last_hidden_state,
hidden_state_minus2, logits, logits_from_embeds, greedy.

Example:
  omnict verify-model ./Qwen2.5-0.5B-Instruct --io io.safetensors`,
    )
    .action(
      async (
        folder: string,
        { io, tolerance, json }: { io: string; tolerance: number; json?: boolean },
      ) => {
        await selectEngine();
        const result = await verifyCheckpoint(folder, io, tolerance);
        printResult(output, result, { json, text: () => verificationText(result) });
        if (!result.passed) {
          throw new CommandFailed(
            `${folder}: outputs differ from ${io} by more than ${tolerance}; check that both belong to one checkpoint`,
          );
        }
      },
    );
}

function verificationText({ modelType, tolerance, outputs, skipped }: Verification): string {
  const lines = outputs.map(({ name, shape, maxAbsolute, maxRelative, passed }) =>
    [
      passed ? 'equal ' : 'DIFFERS',
      name.padEnd(22),
      `[${shape.join(', ')}]`.padEnd(18),
      `max absolute ${maxAbsolute.toExponential(2)}`,
      `max relative ${maxRelative.toExponential(2)}`,
    ].join('  '),
  );
  const left = skipped.length === 0 ? [] : [`not compared: ${skipped.join(', ')}`];
  return [`${modelType}, tolerance ${tolerance}`, ...lines, ...left].join('\n');
}

function parseTolerance(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('expected a number of at least 0.');
}
