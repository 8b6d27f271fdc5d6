import type { AnswerPrecision } from '@omnict/llm';
import { openOmniCT } from '@omnict/model';
import type { Command } from 'commander';
import { collected, jsonOption, numberBetween, positiveInteger } from '../options';
import { type Output, printResult } from '../output';
import { precisionOption } from '../precision-option';
import { addReadOptions, type ReadFlags, readOptions } from '../read-options';
import { stopOnInterrupt } from '../stop-on-interrupt';

interface PredictOptions extends ReadFlags {
  model: string;
  image: string;
  mask?: string;
  question: string;
  organ?: string[];
  maxNewTokens: number;
  temperature?: number;
  topK?: number;
  topP?: number;
  repetitionPenalty?: number;
  seed?: string;
  stop?: string[];
  choice?: string[];
  stream?: boolean;
  engine?: string;
  precision?: AnswerPrecision;
  json?: boolean;
}

/** `omnict predict`: one question about one image. */
export function definePredict(command: Command, output: Output): void {
  command
    .requiredOption(
      '--model <folder>',
      'trained model: a folder, a pulled model (owner/name), or the preset omnict-tiny',
    )
    .requiredOption('--image <path>', 'image file, or folder with one series')
    .requiredOption('--question <text>', 'what to ask')
    .option('--mask <file>', "label map with TotalSegmentator's labels")
    .option(
      '--organ <class>',
      'organ asked about; may be repeated; default: those named in the question',
      collected,
    )
    .option('--max-new-tokens <count>', 'length of the answer', positiveInteger, 64)
    .option('--temperature <number>', '0 is greedy, the default', numberBetween(0))
    .option('--top-k <count>', 'sample among the k likeliest tokens', positiveInteger)
    .option(
      '--top-p <share>',
      'sample among the likeliest tokens of this share',
      numberBetween(0, 1),
    )
    .option('--repetition-penalty <number>', 'above 1: repeat less', numberBetween(0))
    .option('--seed <text>', 'of sampling; default 0')
    .option('--stop <text>', 'text that ends the answer; may be repeated', collected)
    .option('--choice <text>', 'answer to choose from by likelihood; may be repeated', collected)
    .option('--stream', 'write the answer to standard error as it grows')
    .option('--engine <name>', 'engine to run on; default: the best one here')
    .addOption(precisionOption())
    .addOption(jsonOption());
  addReadOptions(command)
    .addHelpText(
      'after',
      `
Example:
  omnict predict --model MODEL --image ct.nii.gz --mask organs.nii.gz --question "Is there a lesion in the liver?"
  omnict predict --model MODEL --image ct.nii.gz --question "Is the spleen enlarged?" --choice yes --choice no --json`,
    )
    .action(async (options: PredictOptions) => {
      const { json, stream, choice: choices, organ: organs, model, ...asked } = options;
      const { engine, precision, ...request } = asked;
      const interrupt = stopOnInterrupt(output);
      const omnict = await openOmniCT(model, { engine, precision }).catch((error: unknown) => {
        interrupt.dispose();
        throw error;
      });
      try {
        const read = await readOptions(options);
        const { signal } = interrupt;
        const answer = omnict.ask({ ...request, choices, organs, read, signal });
        if (stream === true) {
          for await (const text of answer) output.err(text);
          output.err('\n');
        }
        const { text, warnings, ...seen } = await answer.result;
        for (const warning of warnings) output.err(`warning: ${warning}\n`);
        printResult(output, { answer: text, ...seen, warnings }, { json, text: () => text });
      } finally {
        interrupt.dispose();
        omnict.dispose();
      }
    });
}
