import type { ExtractionPreset } from '../extract/closed-answer';
import type { ReportLabeller } from '../metrics/abnormality-labels';
import type { TokenEncoder } from '../metrics/bert-score';
import type { BleuSmoothing } from '../metrics/bleu';
import type { TextEmbedder } from '../metrics/embedding-similarity';
import type { OpenQaWeights } from '../metrics/open-qa-score';
import type { WordNet } from '../text/wordnet';

/** Ways to take METEOR's words apart. */
export const METEOR_TOKENIZERS = ['word-tokenize', 'treebank', 'whitespace', '13a'] as const;

/** One of them. */
export type MeteorTokenizer = (typeof METEOR_TOKENIZERS)[number];

/** What metrics need beside the rows; all of it may be left out. */
export interface MetricOptions {
  /** Whose rules read closed answers. Default `omnict`. */
  extraction?: ExtractionPreset;
  /** Default `exp`. */
  bleuSmoothing?: BleuSmoothing;
  /** ROUGE on stems. Default false. */
  stemming?: boolean;
  /** Default `word-tokenize`: NLTK's word_tokenize. */
  meteorTokenizer?: MeteorTokenizer;
  /** Default: the optional package, when installed. */
  wordnet?: Pick<WordNet, 'synonyms' | 'version'>;
  /** Token states of a BERT or RoBERTa checkpoint, for BERTScore. */
  tokenEncoder?: TokenEncoder;
  /** Weighs rare tokens of the references more in BERTScore. Default false. */
  idf?: boolean;
  /** Precision, recall and F1 of unrelated texts, which BERTScore is rescaled by. */
  baseline?: readonly [precision: number, recall: number, f1: number];
  /** Text vectors, for embedding similarity. */
  embedder?: TextEmbedder;
  /** Finds abnormalities in reports. Default: by rules. */
  labeller?: ReportLabeller;
  /** Weights of the paper's open-QA score. Default: equal. */
  openQaWeights?: OpenQaWeights;
}
