import { type ChatEncoder, type Exchange, VISUAL_TOKENS } from '@omnict/llm';
import { ConfigError, type Modality } from '@omnict/core';
import type { VisualLayout } from './layout';
import { shortened } from './shorten-dialogue';

/** A question, and for training its answer, as the language model reads it. */
export interface PromptSequence {
  /** Token ids; at visual places the placeholder's id. */
  ids: number[];
  /** At visual places 1 + index among the sample's L + Lc visual tokens, else 0. */
  visual: number[];
  /** Places of the tokens to be learnt: what the assistant says in all of its turns, with their ends. */
  answers: number[];
  /** Tokens at the beginning that depend on the image alone, equal for all of its questions. */
  prefixLength: number;
  /** True when text was left out to meet the length. */
  isCut: boolean;
}

/** What a prompt is made with. */
export interface PromptContext {
  chat: ChatEncoder;
  /** Absent for the no-image baseline. */
  layout: VisualLayout | undefined;
  modality: Modality;
  /** Longest sequence. */
  maxTokens: number;
  /** Leaves out text of what is longer, see `shortened`; else it is refused. */
  truncate?: boolean | undefined;
}

/**
 * Writes a dialogue about an image in the form of the released rows: image tokens, organ tokens, then
 * the turns in the language model's chat template, the oldest first.
 *
 * ASSUMPTION: the paper does not say on which turns of a dialogue the loss is taken; as in LLaVA, all of
 * the assistant's count.
 *
 * @param dialogue its last exchange has an answer for training, and none for prediction
 * @throws ConfigError when it is longer than `maxTokens`, and when leaving out text is no help
 */
export function buildPrompt(context: PromptContext, dialogue: readonly Exchange[]): PromptSequence {
  const { maxTokens, truncate = false } = context;
  let sequence = encodeDialogue(context, dialogue);
  let kept: readonly Exchange[] | undefined = dialogue;
  while (sequence.ids.length > maxTokens) {
    const { length } = sequence.ids;
    kept = truncate ? shortened(kept, { length, maxTokens }) : undefined;
    if (kept === undefined) {
      throw new ConfigError(
        `prompt: ${length} tokens are more than the language model takes; expected at most ${maxTokens} (${sequence.visual.filter((index) => index > 0).length} are visual); shorten the question or use fewer visual tokens`,
      );
    }
    sequence = { ...encodeDialogue(context, kept), isCut: true };
  }
  return sequence;
}

function encodeDialogue(
  { chat, layout, modality }: PromptContext,
  dialogue: readonly Exchange[],
): PromptSequence {
  const markup = layout === undefined ? '' : visualPrefix(modality, layout);
  const encoded = chat.encode(
    dialogue.map((exchange, turn) => (turn === 0 ? { ...exchange, markup } : exchange)),
  );
  if (layout === undefined) {
    const visual = encoded.ids.map(() => 0);
    return { ...encoded, visual, prefixLength: 0, isCut: false };
  }
  const names = VISUAL_TOKENS[modality];
  const imageId = chat.tokenizer.tokenId(names.image);
  const organId = chat.tokenizer.tokenId(names.organ);
  const { globalTokens, organTokens } = layout;
  const ids: number[] = [];
  const visual: number[] = [];
  const answers: number[] = [];
  const isAnswer = new Set(encoded.answers);
  for (const [place, id] of encoded.ids.entries()) {
    if (isAnswer.has(place)) answers.push(ids.length);
    if (id === imageId) expand(id, 0, globalTokens);
    else if (id === organId) expand(id, globalTokens, organTokens);
    else {
      ids.push(id);
      visual.push(0);
    }
  }
  return { ids, visual, answers, prefixLength: imagePrefixLength(visual, layout), isCut: false };

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
