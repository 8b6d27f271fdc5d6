import { SequenceNormalizer } from '@huggingface/tokenizers';
import { libraryNormalizer, type Step } from './library-steps';
import { readSentencePieceTable } from './sentencepiece-table';

/** Makes what a tokenizer does to text before it is split. @throws FormatError, UnsupportedError */
export function createNormalizer(step: Step | null | undefined): (text: string) => string {
  switch (step?.type) {
    case undefined:
      return (text) => text;
    case 'Sequence': {
      const all = (step['normalizers'] as Step[]).map(createNormalizer);
      return (text) => all.reduce((normalized, normalize) => normalize(normalized), text);
    }
    case 'Precompiled': {
      const table = step['precompiled_charsmap'];
      return typeof table === 'string' && table !== '' ? readSentencePieceTable(table) : String;
    }
    default: {
      const known = new SequenceNormalizer({
        type: 'Sequence',
        normalizers: [libraryNormalizer(step as Step)],
      } as never);
      return (text) => known(text);
    }
  }
}
