import {
  type Answer,
  ask,
  type ImageFacts,
  type KnownQuestion,
  type MaskFacts,
  post,
  request,
  upload,
} from './api';
import { element, Turn } from './dialogue';
import { droppedFiles } from './files';
import { type View, Viewer } from './viewer';

interface ServerState {
  model: string;
  organs: Record<string, number[]>;
}

interface ExampleFacts {
  name: string;
  title: string;
}

const by = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

/** The page: what is shown, what is asked, and what was said. */
class Page {
  private readonly viewer: Viewer;
  private image: ImageFacts | undefined;
  private mask: MaskFacts | undefined;
  private questions: KnownQuestion[] = [];
  private history: { question: string; answer: string }[] = [];
  /** Organs chosen by hand; empty lets the question choose. */
  private readonly chosen = new Set<string>();
  private stop: AbortController | undefined;

  constructor(private readonly state: ServerState) {
    this.viewer = new Viewer(state.organs);
  }

  async start(): Promise<void> {
    by('model').textContent = this.state.model;
    by('api').textContent = `${location.origin}/v1`;
    await this.viewer.attach(by<HTMLCanvasElement>('canvas'));
    this.listen();
    this.showOrgans();
    await this.listExamples();
  }

  private listen(): void {
    const stage = by('stage');
    stage.addEventListener('dragover', (event) => {
      event.preventDefault();
      stage.classList.add('over');
    });
    stage.addEventListener('dragleave', () => stage.classList.remove('over'));
    stage.addEventListener('drop', (event) => {
      event.preventDefault();
      stage.classList.remove('over');
      const { dataTransfer } = event;
      if (dataTransfer) void this.try(async () => this.openFiles(await droppedFiles(dataTransfer)));
    });
    for (const id of ['files', 'folder']) {
      const input = by<HTMLInputElement>(id);
      input.addEventListener(
        'change',
        () => void this.try(() => this.openFiles([...(input.files ?? [])])),
      );
    }
    const mask = by<HTMLInputElement>('mask');
    mask.addEventListener(
      'change',
      () => void this.try(() => this.openMask([...(mask.files ?? [])])),
    );
    const examples = by<HTMLSelectElement>('examples');
    examples.addEventListener(
      'change',
      () => void this.try(() => this.openExample(examples.value)),
    );
    by('planes').addEventListener('click', ({ target }) => {
      const view = (target as HTMLElement).dataset['view'];
      if (view !== undefined) this.look(view as View);
    });
    by('window').addEventListener('change', () => this.viewer.window(this.window()));
    const opacity = by<HTMLInputElement>('opacity');
    opacity.addEventListener('input', () => this.viewer.cover(Number(opacity.value)));
    by('new').addEventListener('click', () => this.begin());
    by('stop').addEventListener('click', () => this.stop?.abort());
    by('form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.ask();
    });
    by('question').addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey) return;
      event.preventDefault();
      void this.ask();
    });
  }

  private async listExamples(): Promise<void> {
    const examples = await request<ExampleFacts[]>('/api/examples');
    for (const { name, title } of examples) {
      by('examples').append(new Option(title, name));
      const button = element('button', '', title);
      button.addEventListener('click', () => void this.try(() => this.openExample(name)));
      by('welcome-examples').append(button);
    }
  }

  private async openExample(name: string): Promise<void> {
    if (name === '') return;
    this.busy('Making the phantom ..');
    const { image, mask, questions } = await post<{
      image: ImageFacts;
      mask: MaskFacts;
      questions: KnownQuestion[];
    }>(`/api/examples/${name}`);
    by<HTMLSelectElement>('examples').value = name;
    await this.show(image, mask, questions);
  }

  private async openFiles(files: File[]): Promise<void> {
    if (files.length === 0) return;
    const id = await upload(files, (done) =>
      this.busy(`Sending file ${done + 1} of ${files.length} ..`),
    );
    this.busy('Reading ..');
    by<HTMLSelectElement>('examples').value = '';
    await this.show(await post<ImageFacts>(`/api/images/${id}`), undefined, []);
  }

  private async openMask(files: File[]): Promise<void> {
    if (this.image === undefined) throw new Error('open an image first: a mask belongs to one');
    if (files.length === 0) return;
    const id = await upload(files, (done) =>
      this.busy(`Sending file ${done + 1} of ${files.length} ..`),
    );
    this.busy('Reading ..');
    const mask = await post<MaskFacts>(`/api/images/${this.image.id}/mask/${id}`);
    await this.show(this.image, mask, this.questions);
  }

  private async show(
    image: ImageFacts,
    mask: MaskFacts | undefined,
    questions: KnownQuestion[],
  ): Promise<void> {
    const isSlice = image.modality === 'slice';
    await this.viewer.show(image.id, { mask: mask?.id, isSlice, window: this.window() });
    this.image = image;
    this.mask = mask;
    this.questions = questions;
    this.chosen.clear();
    by('welcome').hidden = true;
    by('toolbar').hidden = false;
    by<HTMLButtonElement>('send').disabled = false;
    this.look(isSlice ? 'axial' : 'multi');
    this.showFacts();
    this.showOrgans();
    this.showQuestions();
    this.begin();
    by('question').focus();
  }

  private showFacts(): void {
    const { image, mask } = this;
    if (image === undefined) return;
    const size = image.shape.toReversed().join(' × ');
    const spacing = image.spacing
      .toReversed()
      .map((mm) => Number(mm.toFixed(2)))
      .join(' × ');
    const organs =
      mask === undefined
        ? 'no mask: organ tokens come from the whole image'
        : `mask with ${mask.organs.length} organ classes`;
    const facts = by('facts');
    facts.textContent = `${image.modality === 'slice' ? 'Slice' : 'Volume'}, ${size} voxels of ${spacing} mm, ${image.format}; ${organs}`;
    for (const warning of [...image.warnings, ...(mask?.warnings ?? [])])
      facts.append(element('span', 'warning', ` · ${warning}`));
  }

  private showOrgans(): void {
    const bar = by('organs');
    bar.replaceChildren();
    const auto = element('button', '', 'as the question says');
    auto.ariaPressed = String(this.chosen.size === 0);
    auto.addEventListener('click', () => {
      this.chosen.clear();
      this.showOrgans();
    });
    bar.append(auto);
    for (const organ of this.mask?.organs ?? []) {
      const button = element('button', '', organ);
      button.dataset['color'] = '';
      button.style.setProperty('--chip', this.viewer.colourOf(organ));
      button.ariaPressed = String(this.chosen.has(organ));
      button.addEventListener('click', () => {
        if (!this.chosen.delete(organ)) this.chosen.add(organ);
        this.showOrgans();
      });
      bar.append(button);
    }
    this.viewer.mark(this.chosen.size > 0 ? [...this.chosen] : (this.mask?.organs ?? []));
  }

  private showQuestions(): void {
    by('suggestions').hidden = this.questions.length === 0;
    const bar = by('questions');
    bar.replaceChildren();
    for (const known of this.questions) {
      const button = element('button', '', known.question);
      button.addEventListener('click', () => void this.ask(known));
      bar.append(button);
    }
  }

  /** Begins a dialogue anew. */
  private begin(): void {
    this.stop?.abort();
    this.history = [];
    by('dialogue').replaceChildren();
  }

  private async ask(known?: KnownQuestion): Promise<void> {
    const input = by<HTMLTextAreaElement>('question');
    const question = known?.question ?? input.value.trim();
    const { image, mask } = this;
    if (image === undefined || question === '' || this.stop !== undefined) return;
    if (known === undefined) input.value = '';
    const turn = new Turn(question, known?.answer);
    by('dialogue').append(turn.item);
    const { history } = this;
    const chosen = this.chosen.size > 0 ? [...this.chosen] : undefined;
    const organs = chosen ?? (known && [known.organ]);
    const labels = chosen === undefined ? known?.organLabels : undefined;
    this.asking(new AbortController());
    try {
      const answer = await ask(
        {
          image: image.id,
          mask: mask?.id,
          question,
          organs,
          organLabels: labels,
          // A known question is one of its own: the truth is of the question without what came before.
          options: known?.options,
          history: known === undefined ? history : [],
        },
        {
          onLabels: (named) => this.mark(chosen ?? [], named),
          onText: (piece) => turn.grow(piece),
          signal: (this.stop as unknown as AbortController).signal,
        },
      );
      turn.end(answer);
      this.remember(question, answer);
    } catch (error) {
      const isStopped = error instanceof DOMException && error.name === 'AbortError';
      turn.fail(isStopped ? 'stopped' : wordsOf(error));
    } finally {
      this.asking(undefined);
    }
  }

  private remember(question: string, { text }: Answer): void {
    if (text !== '') this.history.push({ question, answer: text });
  }

  private mark(organs: string[], labels: number[]): void {
    const all = this.mask?.organs ?? [];
    this.viewer.mark(organs.length === 0 ? all : organs, labels.length === 0 ? undefined : labels);
  }

  private asking(stop: AbortController | undefined): void {
    this.stop = stop;
    by('stop').hidden = stop === undefined;
    by('send').hidden = stop !== undefined;
  }

  private look(view: View): void {
    this.viewer.look(view);
    for (const button of by('planes').querySelectorAll('button'))
      button.ariaPressed = String(button.dataset['view'] === view);
  }

  private window(): readonly [number, number] {
    const [low = -160, high = 240] = by<HTMLSelectElement>('window').value.split(',').map(Number);
    return [low, high];
  }

  private busy(text: string | undefined): void {
    by('busy').hidden = text === undefined;
    by('busy').textContent = text ?? '';
  }

  private async try(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      by('facts').replaceChildren(element('span', 'warning', wordsOf(error)));
    } finally {
      this.busy(undefined);
    }
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

await new Page(await request<ServerState>('/api/state')).start();
