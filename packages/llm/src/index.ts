/**
 * Decoder language models in Hugging Face format, tokenizer and generation.
 *
 * @module @omnict/llm
 */
export { ChatEncoder, type EncodedChat, type Exchange } from './chat-encoder';
export { ChatTemplate, type ChatMessage } from './chat-template';
export { CausalDecoder } from './decoder/causal-decoder';
export type { DecoderConfig } from './decoder/decoder-config';
export type { LinearScaling, LongRope, RotaryScaling, YarnScaling } from './decoder/rotary-scaling';
export type { LayerCacheVariables, LayerKeyValues } from './decoder/key-value-cache';
export type {
  ForwardOptions,
  GroupedInput,
  LanguageModel,
  LanguageModelInput,
} from './decoder/language-model';
export type { SequenceGroup, SequencePrefix } from './decoder/sequence-group';
export { cutAtStop, generateText, type TextOptions } from './generation/generate-text';
export { type SamplingOptions } from './generation/sampling';
export {
  scoreContinuations,
  type ContinuationScore,
  type ScoredPrompt,
} from './generation/score-continuations';
export {
  ANSWER_PRECISIONS,
  createGenerator,
  type AnswerGenerator,
  type AnswerPrecision,
  type GeneratorOptions,
} from './generation/create-generator';
export type { GenerationOptions, PromptBatch } from './generation/decoding-loop';
export { TextGenerator } from './generation/text-generator';
export { openOnnxGenerator } from './onnx/onnx-generator';
export { quantizeLanguageModel } from './onnx/quantize-language-model';
export {
  LANGUAGE_MODEL_PRESETS,
  languageModelBundle,
  loadCausalDecoder,
  loadLanguageModel,
  resolveLanguageModelFolder,
  saveLanguageModel,
  type LanguageModelBundle,
  type LanguageModelForm,
} from './language-model-folder';
export { parsePhi3Config, type Phi3Config } from './phi3/config';
export { Phi3ForCausalLM } from './phi3/phi3';
export { parseQwen2Config, type Qwen2Config } from './qwen2/config';
export { Qwen2ForCausalLM } from './qwen2/qwen2';
export { SPECIAL_TOKENS, VISUAL_TOKENS, type VisualTokens } from './special-tokens';
export { addSpecialTokens } from './vocabulary';
export { JsonTokenizer, loadTokenizer } from './tokenizer/json-tokenizer';
export { parseTextEncoderConfig, type TextEncoderConfig } from './text-encoder/config';
export {
  ClipTextTower,
  loadClipTextTower,
  type ClipTextConfig,
} from './text-encoder/clip-text-tower';
export { loadTextEncoder, TextEncoder } from './text-encoder/text-encoder';
export { type TextEncoderInput } from './text-encoder/transformer';
export { attachLora, loraParameters, mergeLora, type LoraConfig } from './lora/attach-lora';
export { loadLoraAdapter, saveLoraAdapter } from './lora/lora-adapter';
export { loadSentenceEncoder, SentenceEncoder } from './text-encoder/sentence-encoder';
export {
  loadTextClassifier,
  TextClassifier,
  type LabelScore,
  type TextClassifierOptions,
} from './text-encoder/text-classifier';
