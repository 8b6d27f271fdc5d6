import { answerQuestion } from '@omnict/runner';
import type { Command } from 'commander';
import { collected, jsonOption, numberBetween, positiveInteger } from '../options';
import { type Output, printResult } from '../output';
import { stopOnInterrupt } from '../stop-on-interrupt';

interface PredictOptions {
  model: string;
  image: string;
  mask?: string;
  question: string;
  organ?: string;
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
  json?: boolean;
}

/** `omnict predict`: one question about one image. */
export function definePredict(command: Command, output: Output): void {
  command
    .requiredOption('--model <folder>', 'trained model: a folder, or the preset omnict-tiny')
    .requiredOption('--image <path>', 'image file, or folder with one series')
    .requiredOption('--question <text>', 'what to ask')
    .option('--mask <file>', "label map with TotalSegmentator's labels")
    .option('--organ <class>', 'organ asked about; default: the one named in the question')
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
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  omnict predict --model MODEL --image ct.nii.gz --mask organs.nii.gz --question "Is there a lesion in the liver?"
  omnict predict --model MODEL --image ct.nii.gz --question "Is the spleen enlarged?" --choice yes --choice no --json`,
    )
    .action(async (options: PredictOptions) => {
      const { json, stream, choice: choices, ...request } = options;
      const { temperature, topK, topP, repetitionPenalty, seed, stop } = options;
      const interrupt = stopOnInterrupt(output);
      try {
        const result = await answerQuestion({
          ...request,
          ...(choices === undefined ? {} : { choices }),
          generation: { temperature, topK, topP, repetitionPenalty, seed, stop },
          signal: interrupt.signal,
          ...(stream === true ? { onText: growingText(output) } : {}),
        });
        if (stream === true) output.err('\n');
        for (const warning of result.warnings) output.err(`warning: ${warning}\n`);
        printResult(output, result, { json, text: () => result.answer });
      } finally {
        interrupt.dispose();
      }
    });
}

/** Writes what is new of a text that grows; a text that changed starts on a new line. */
function growingText({ err }: Output): (text: string) => void {
  let written = '';
  return (text) => {
    err(text.startsWith(written) ? text.slice(written.length) : `\n${text}`);
    written = text;
  };
}
