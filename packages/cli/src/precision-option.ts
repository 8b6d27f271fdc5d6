import { ANSWER_PRECISIONS } from '@omnict/llm';
import { Option } from 'commander';

/** `--precision`: in which the language model answers. */
export function precisionOption(): Option {
  return new Option(
    '--precision <name>',
    'in which the language model answers; int8 and int4 run on onnxruntime-node (default: f32)',
  ).choices(ANSWER_PRECISIONS);
}
