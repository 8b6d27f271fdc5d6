import { type ChatTemplate, TURN_END, VISUAL_TOKENS } from '@omnict/llm';
import { ConfigError, type Modality, type Tokenizer } from '@omnict/core';
import type { VisualLayout } from './layout';

/** A question, and for training its answer, as the language model reads it. */
export interface PromptSequence {
  /** Token ids; at visual places the placeholder's id. */
  ids: number[];
  /** At visual places 1 + index among the sample's L + Lc visual tokens, else 0. */
  visual: number[];
  /** Where the answer begins; `ids.length` when there is none. */
  answerStart: number;
  /** Tokens at the beginning that depend on the image alone, equal for all of its questions. */
  prefixLength: number;
}

/** What a prompt is made with. */
export interface PromptContext {
  tokenizer: Tokenizer;
  chatTemplate: ChatTemplate;
  /** Absent for the no-image baseline. */
  layout: VisualLayout | undefined;
  modality: Modality;
  /** Longest sequence the language model takes. */
  maxTokens: number;
}

/**
 * Writes a sample in the form of the released rows: image tokens, organ tokens, question, answer.
 *
 * @throws ConfigError when it is longer than the context of the language model
 */
export function buildPrompt(
  context: PromptContext,
  question: string,
  answer?: string,
): PromptSequence {
  const { tokenizer, chatTemplate, layout, modality } = context;
  const content = layout === undefined ? question : `${visualPrefix(modality, layout)}${question}`;
  const promptText = chatTemplate.render([{ role: 'user', content }], { forAnswer: true });
  const ids: number[] = [];
  const visual: number[] = [];
  const names = VISUAL_TOKENS[modality];
  const imageId = layout === undefined ? -1 : tokenizer.tokenId(names.image);
  const organId = layout === undefined ? -1 : tokenizer.tokenId(names.organ);
  for (const id of tokenizer.encode(promptText)) {
    if (layout !== undefined && id === imageId) {
      expand(id, 0, layout.globalTokens);
    } else if (layout !== undefined && id === organId) {
      expand(id, layout.globalTokens, layout.organTokens);
    } else {
      ids.push(id);
      visual.push(0);
    }
  }
  const answerStart = ids.length;
  const prefixLength = layout === undefined ? 0 : imagePrefixLength(visual, layout);
  if (answer !== undefined) {
    const answerIds = [...tokenizer.encode(answer), tokenizer.tokenId(TURN_END)];
    ids.push(...answerIds);
    visual.push(...answerIds.map(() => 0));
  }
  if (ids.length > context.maxTokens) {
    throw new ConfigError(
      `prompt: ${ids.length} tokens are more than the language model takes; expected at most ${context.maxTokens} (${visual.filter((index) => index > 0).length} are visual); shorten the question or use fewer visual tokens`,
    );
  }
  return { ids, visual, answerStart, prefixLength };

  function expand(id: number, first: number, count: number): void {
    for (let i = 0; i < count; i++) {
      ids.push(id);
      visual.push(1 + first + i);
    }
  }
}

/** Up to the organ tokens, which depend on the question; without them up to the last image token. */
function imagePrefixLength(visual: readonly number[], layout: VisualLayout): number {
  const { globalTokens, organTokens } = layout;
  if (organTokens > 0) return visual.indexOf(globalTokens + 1);
  return visual.indexOf(globalTokens) + 1;
}

/** The released rows' prefix; the organ part is left out when there are no organ tokens. */
function visualPrefix(modality: Modality, { organTokens }: VisualLayout): string {
  const { image, imageStart, imageEnd, organ, organStart, organEnd } = VISUAL_TOKENS[modality];
  const organPart = organTokens === 0 ? '' : `${organStart}${organ}${organEnd}\n`;
  return `${imageStart}${image}${imageEnd}\n${organPart}`;
}
