import { ChatClient, ChatError, type ChatMessage, imagePart } from '@omnict/chat';
import { type ReadOptions, readVolume } from '@omnict/io';
import { formatQuestion, type Generator, type GeneratorReply, type Question } from '@omnict/core';
import type { Endpoint } from './eval-spec';
import { type FrameOptions, volumeFrames } from './volume-frames';

/** Told to every model before the question; raise the version when it changes. */
const INSTRUCTION = {
  version: 1,
  closed: 'Answer with the letter of the right choice and nothing else.',
  open: 'Answer in a few words, as a radiologist would.',
} as const;

/** An endpoint with what a volume is turned into for it. */
export interface EndpointGeneratorOptions extends Endpoint, FrameOptions {
  /** Whether a sentence after the question says how to answer. Default true. */
  instructions?: boolean;
  /** The key itself, where the server wants one. */
  apiKey?: string;
  /** How image files are read. */
  read?: ReadOptions;
  signal?: AbortSignal;
  /** Told when the server is asked differently than wanted, and what the reader had to assume. */
  onNotice?: (notice: string) => void;
}

/** Any OpenAI-compatible vision model: a volume goes as evenly spaced slices. */
export class EndpointGenerator implements Generator {
  readonly name: string;
  readonly identity: Generator['identity'];
  readonly ignores = ['organ', 'modality'] as const; // frames and text are all that is sent
  private readonly client: ChatClient;
  private readonly told = new Set<string>();

  constructor(private readonly options: EndpointGeneratorOptions) {
    const { model, pinnedModel: pinnedModel, frames, window, maxTokens: maxTokens } = options;
    const { read, instructions = true } = options;
    this.name = model;
    this.identity = {
      kind: 'endpoint',
      model,
      pinnedModel: pinnedModel ?? null,
      frames,
      window,
      maxTokens: maxTokens ?? null,
      instruction: instructions ? INSTRUCTION : null,
      temperature: 0,
      ...(read !== undefined && { read }),
    };
    this.client = endpointClient(options);
  }

  /** @throws what concerns all questions, after all that were under way have ended */
  async generate(
    questions: readonly Question[],
    onReply: (index: number, reply: GeneratorReply) => Promise<void> = () => Promise.resolve(),
  ): Promise<GeneratorReply[]> {
    const replies = await Promise.allSettled(
      questions.map(async (question, index) => {
        const reply = await this.answer(question).catch(failedReply);
        await onReply(index, reply);
        return reply;
      }),
    );
    return replies.map((reply) => {
      if (reply.status === 'fulfilled') return reply.value;
      throw reply.reason;
    });
  }

  private async answer(question: Question): Promise<GeneratorReply> {
    const images = await this.images(question);
    const isClosed = (question.options?.length ?? 0) > 0;
    const how = isClosed ? INSTRUCTION.closed : INSTRUCTION.open;
    const isTold = this.options.instructions ?? true;
    const text = [formatQuestion(question), ...(isTold ? [how] : [])].join('\n');
    const asked = [...(question.history ?? []).map((turn) => turn.question), text];
    const messages = asked.flatMap((words, turn): ChatMessage[] => {
      const earlier = question.history?.[turn];
      const part = { type: 'text' as const, text: words };
      return [
        { role: 'user', content: turn === 0 ? [...images, part] : [part] },
        ...(earlier === undefined ? [] : [{ role: 'assistant' as const, content: earlier.answer }]),
      ];
    });
    const reply = await this.client.complete({
      messages,
      temperature: 0,
      maxTokens: this.options.maxTokens ?? 256,
    });
    return { text: reply.text.trim(), finishReason: reply.finishReason };
  }

  private async images({ id, image }: Question) {
    if (image === null) return [];
    const { volume, warnings } = await readVolume(image, this.options.read);
    for (const warning of warnings) {
      const notice = `question '${id}': ${warning}`;
      if (!this.told.has(`${image}\n${warning}`)) this.options.onNotice?.(notice);
      this.told.add(`${image}\n${warning}`);
    }
    const frames = await volumeFrames(volume, this.options);
    return frames.map((frame) => imagePart(frame, 'image/png'));
  }
}

/** A failure of one question as its reply. @throws what concerns the others too */
function failedReply(error: unknown): GeneratorReply {
  if (!(error instanceof ChatError) || !error.isOfRequest) throw error;
  const { failure: kind, message, isPassing } = error;
  return { text: '', failure: { kind, message, isPassing } };
}

/** A client of an endpoint. Answers are kept by the caller, so not here. */
export function endpointClient(
  endpoint: Endpoint & {
    apiKey?: string;
    cacheFolder?: string;
    signal?: AbortSignal;
    onNotice?: (notice: string) => void;
  },
): ChatClient {
  const { url, model, pinnedModel: pinnedModel, concurrency, apiKey } = endpoint;
  return new ChatClient({
    url,
    model,
    pinnedModel,
    concurrency,
    apiKey,
    cacheFolder: endpoint.cacheFolder,
    signal: endpoint.signal,
    onNotice: endpoint.onNotice,
  });
}
