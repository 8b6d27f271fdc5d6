/** An image as the server read it. */
export interface ImageFacts {
  id: string;
  /** `[D, H, W]` */
  shape: number[];
  /** `[z, y, x]` in mm */
  spacing: number[];
  format: string;
  modality: 'slice' | 'volume';
  warnings: string[];
}

/** A mask as the server read it. */
export interface MaskFacts {
  id: string;
  /** Organ classes that it has. */
  organs: string[];
  warnings: string[];
}

/** A question with its true answer. */
export interface KnownQuestion {
  question: string;
  answer: string;
  organ: string;
  organLabels?: number[];
  options?: string[];
}

/** An answer and what the model looked at. */
export interface Answer {
  text: string;
  organs: string[];
  tokens: { image: number; organ: number; prompt: number; answer: number };
  finishReason: 'stop' | 'length';
  warnings: string[];
}

/** What is asked. */
export interface Asked {
  image: string;
  mask?: string | undefined;
  question: string;
  organs?: string[] | undefined;
  organLabels?: number[] | undefined;
  options?: string[] | undefined;
  history: { question: string; answer: string }[];
}

/** Asks the server for JSON. @throws Error with the server's words */
export async function request<T>(path: string, options: RequestInit = {}): Promise<T> {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(await refusal(response));
  return (await response.json()) as T;
}

/** Sends a JSON body, or none. */
export function post<T>(path: string, body?: unknown): Promise<T> {
  return request(path, {
    method: 'POST',
    ...(body !== undefined && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
}

/** Sends files one after another; of their names only the ending is told. @returns the upload's id */
export async function upload(
  files: readonly File[],
  onProgress: (done: number) => void,
): Promise<string> {
  const { id } = await post<{ id: string }>('/api/uploads');
  for (const [done, file] of files.entries()) {
    onProgress(done);
    await request(`/api/uploads/${id}/files?name=${encodeURIComponent(toldName(file.name))}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: file,
    });
  }
  return id;
}

/** A structure's file is named after it; of other names, which may name patients, the ending is told. */
function toldName(name: string): string {
  if (/^[a-z]+(_[a-z0-9]+)*\.nii(\.gz)?$/.test(name)) return name;
  return `file${/(\.nii)?\.[a-z0-9]+$/i.exec(name)?.[0] ?? ''}`;
}

/** Asks, and tells the answer as it grows. @throws Error with the server's words */
export async function ask(
  asked: Asked,
  {
    onLabels,
    onText,
    signal,
  }: {
    /** Takes the labels of what the question names, when no organs were chosen. */
    onLabels: (labels: number[]) => void;
    onText: (piece: string) => void;
    signal: AbortSignal;
  },
): Promise<Answer> {
  const response = await fetch('/api/ask', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(asked),
    signal,
  });
  if (!response.ok || response.body === null) throw new Error(await refusal(response));
  let answer: Answer | undefined;
  for await (const { event, data } of eventsOf(response.body)) {
    if (event === 'asked') onLabels((data as { labels: number[] }).labels);
    if (event === 'text') onText(data as string);
    if (event === 'answer') answer = data as Answer;
    if (event === 'failure') throw new Error(data as string);
  }
  if (answer === undefined) throw new Error('the server ended before the answer did; ask again');
  return answer;
}

async function* eventsOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<{ event: string; data: unknown }> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let open = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    open += value;
    const whole = open.split('\n\n');
    open = whole.pop() ?? '';
    for (const block of whole) {
      const field = (name: string): string =>
        new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? '';
      if (field('data') !== '') yield { event: field('event'), data: JSON.parse(field('data')) };
    }
  }
}

async function refusal(response: Response): Promise<string> {
  const body = (await response.json().catch(() => undefined)) as
    { error?: { message?: string } } | undefined;
  return body?.error?.message ?? `the server answered ${response.status}`;
}
