import { answerQuestion } from '@omnict/runner';
import type { Command } from 'commander';
import { jsonOption, positiveInteger } from '../options';
import { type Output, printResult } from '../output';

interface PredictOptions {
  model: string;
  image: string;
  mask?: string;
  question: string;
  organ?: string;
  maxNewTokens: number;
  engine?: string;
  json?: boolean;
}

/** `omnict predict`: one question about one image. */
export function addPredictCommand(program: Command, output: Output): void {
  program
    .command('predict')
    .description('answer a question about a CT image; for research, not for patient care')
    .requiredOption('--model <folder>', 'trained model')
    .requiredOption('--image <path>', 'image file, or folder with one series')
    .requiredOption('--question <text>', 'what to ask')
    .option('--mask <file>', "label map with TotalSegmentator's labels")
    .option('--organ <class>', 'organ asked about; default: the one named in the question')
    .option('--max-new-tokens <count>', 'length of the answer', positiveInteger, 64)
    .option('--engine <name>', 'engine to run on; default: the best one here')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  omnict predict --model MODEL --image ct.nii.gz --mask organs.nii.gz --question "Is there a lesion in the liver?"',
    )
    .action(async ({ json, ...request }: PredictOptions) => {
      const result = await answerQuestion(request);
      for (const warning of result.warnings) output.err(`warning: ${warning}\n`);
      printResult(output, result, { json, text: () => result.answer });
    });
}
