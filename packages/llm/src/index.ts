export { ChatTemplate, type ChatMessage } from './chat-template';
export { GreedyGenerator, type GenerationLimits, type PromptBatch } from './greedy-generator';
export type { KeyValueCache, LayerKeyValues } from './key-value-cache';
export {
  LANGUAGE_MODEL_PRESETS,
  loadLanguageModel,
  resolveLanguageModelFolder,
  saveLanguageModel,
  type LanguageModelBundle,
} from './language-model-folder';
export type { LanguageModel, LanguageModelInput } from './language-model';
export { parseQwen2Config, type Qwen2Config } from './qwen2/config';
export { Qwen2ForCausalLM } from './qwen2/qwen2';
export {
  END_OF_TEXT,
  SPECIAL_TOKENS,
  TURN_END,
  TURN_START,
  VISUAL_TOKENS,
  type VisualTokens,
} from './special-tokens';
export { JsonTokenizer, loadTokenizer } from './tokenizer';
