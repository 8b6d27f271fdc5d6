import {
  askQuestions,
  drawPhantom,
  phantomGrid,
  phantomPlane,
  phraseTarget,
  type QuestionDraft,
  QuestionSelection,
  REGION_VOCABULARY,
  regionCovers,
  samplePhantom,
} from '@omnict/phantom';
import { SLICES_PER_UNIT } from '@omnict/encoding';
import { ConfigError, type Modality, Random, type Shape3D } from '@omnict/core';

/** A phantom as a perfect encoder sees it, with questions about it. */
export interface MappedScene {
  id: string;
  modality: Modality;
  /** Float32 `[Ns, H', W', K]`: 1 where a phrase describes a patch, else 0. */
  map: Float32Array;
  mask: { data: Uint8Array; shape: Shape3D };
  questions: readonly QuestionDraft[];
}

/** How scenes are made. */
export interface SceneStreamOptions {
  /** Names the stream: streams of other names share no phantom, nor does any dataset. */
  name: string;
  modality: Modality;
  /** Voxels `[D, H, W]` that volumes are drawn on; maps need fewer than images. */
  shape: Shape3D;
  /** Patches per side. */
  patches: number;
  /** Scenes kept at a time. */
  size: number;
  questions: number;
  /** Skills asked for; all that have short answers when absent. */
  skills?: readonly string[] | undefined;
}

/** Scenes without a question that are drawn one after another before the skills are taken to fit none. */
const MOST_UNASKED = 200;

/** An endless stream of mapped scenes through a pool of constant size. */
export class SceneStream {
  private readonly scenes: MappedScene[] = [];
  private readonly selection = new QuestionSelection();
  private drawn = 0;
  private replaced = 0;

  readonly modality: Modality;

  constructor(private readonly options: SceneStreamOptions) {
    this.modality = options.modality;
  }

  /** Draws new scenes in place of the oldest; fills an empty pool first. */
  renew(count: number): void {
    const { size } = this.options;
    const missing = size - this.scenes.length;
    for (let i = 0; i < Math.max(count, missing); i++) {
      this.scenes[this.replaced++ % size] = this.nextAsked();
    }
  }

  /** Scenes in the pool that each skill can be asked about. */
  get bySkill(): ReadonlyMap<string, readonly MappedScene[]> {
    const found = new Map<string, MappedScene[]>();
    for (const scene of this.scenes) {
      for (const skill of new Set(scene.questions.map(({ skill: own }) => own))) {
        const own = found.get(skill) ?? [];
        own.push(scene);
        found.set(skill, own);
      }
    }
    return found;
  }

  /** All scenes in the pool. */
  get all(): readonly MappedScene[] {
    return this.scenes;
  }

  /** The next scene that something can be asked about. */
  private nextAsked(): MappedScene {
    for (let attempt = 0; attempt < MOST_UNASKED; attempt++) {
      const scene = this.next();
      if (scene.questions.length > 0) return scene;
    }
    const { skills = [], modality } = this.options;
    throw new ConfigError(
      `no question of ${skills.map((name) => `'${name}'`).join(', ')} can be asked about any of ${MOST_UNASKED} ${modality}s; expected at least one skill for each modality; name another in the lesson's 'skills', such as 'side', or leave '${modality}' out of its 'modalities'`,
    );
  }

  private next(): MappedScene {
    const { name, modality, shape, patches, questions: count, skills } = this.options;
    const id = `scene-stream/${name}/${modality}/${this.drawn++}`;
    const random = new Random(id);
    const phantom = samplePhantom(id, random.fork('phantom'));
    const whole = phantomGrid(shape);
    const isVolume = modality === 'volume';
    const grid = isVolume ? whole : phantomPlane(whole, phantom, random.fork('plane'));
    const { hu: _, ...rendered } = drawPhantom(phantom, grid);
    const { mask, findings } = rendered;
    const labels = mask.data;
    // Long answers would pad every batch; OmniCT's own stages teach them.
    const drafts = askQuestions({ phantom, rendered, modality }, random.fork('questions')).filter(
      ({ skill }) => skills?.includes(skill) ?? skill !== 'report',
    );
    return {
      id,
      modality,
      map: mapOf({ labels, findings, shape: grid.shape }, patches, random.fork('borderline')),
      mask: { data: labels, shape: grid.shape },
      questions: this.selection.take(drafts, { modality, count, random: random.fork('selection') }),
    };
  }
}

/** What a perfect encoder says of each patch; what it may say either way is drawn. */
function mapOf(
  maps: { labels: Uint8Array; findings: Uint8Array; shape: Shape3D },
  patches: number,
  random: Random,
): Float32Array {
  const { organs, phrases } = REGION_VOCABULARY;
  const planes = maps.shape[0] === 1 ? 1 : SLICES_PER_UNIT;
  const units = Math.floor(maps.shape[0] / planes);
  const perUnit = patches * patches * phrases.length;
  const map = new Float32Array(units * perUnit);
  for (let unit = 0; unit < units; unit++) {
    const covers = regionCovers(maps, [unit * planes, (unit + 1) * planes], patches);
    for (let i = 0; i < perUnit; i++) {
      const target = phraseTarget(covers[i] as number, i % phrases.length < organs);
      map[unit * perUnit + i] = target === 1 || (target === 0 && random.uniform() < 0.5) ? 1 : 0;
    }
  }
  return map;
}
