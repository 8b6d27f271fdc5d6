import { Random, type Volume } from '@omnict/core';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageAnswer, loadOmniCT, openOmniCT } from '../src/index';
import { type ReleaseForm, TINY_SETTINGS, writeReleaseFolder } from './release-folder';

const root = mkdtempSync(join(tmpdir(), 'omnict-release-'));
let folders = 0;
let ours: Answers;

type Answers = Pick<ImageAnswer, 'text' | 'tokens' | 'choices'>[];

const random = new Random('release');
const image: Volume = {
  data: Int16Array.from({ length: 12 * 40 * 40 }, () => Math.round(random.uniform(-200, 500))),
  shape: [12, 40, 40],
  spacing: [5, 2, 2],
  origin: [0, 0, 0],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  unit: 'HU',
};

/** What a model says to two questions, and how likely it finds other answers: by all of its weights. */
async function answersOf(model: string): Promise<Answers> {
  const omnict = await openOmniCT(model);
  try {
    const question = 'Is there a lesion in the liver?';
    const asked = [{ question, choices: ['yes', 'no', 'a cyst'] }, { question: 'Which organ?' }];
    const answers: Answers = [];
    for (const request of asked) {
      const answer = omnict.ask({ image, maxNewTokens: 4, ...request });
      const { text, tokens, choices } = await answer.result;
      answers.push({ text, tokens, ...(choices && { choices }) });
    }
    return answers;
  } finally {
    omnict.dispose();
  }
}

async function released(form: ReleaseForm, map = TINY_SETTINGS): Promise<string> {
  const folder = join(root, `release-${folders++}`);
  await writeReleaseFolder(folder, form);
  if (map !== '') writeFileSync(join(folder, 'omnict-release.yaml'), map);
  return folder;
}

const renamed = (names: Record<string, string>, prefix = '') => ({
  nameOf: (name: string) => {
    const [part = '', kind = ''] = name.split('.');
    return `${prefix}${names[part]}.${kind}`;
  },
});
const PAPER = { slice_expert: 'W_s', volume_expert: 'W_v', shared: 'W_share' };
const STRANGE = { slice_expert: 'alpha', volume_expert: 'beta', shared: 'gamma' };

beforeAll(async () => {
  ours = await answersOf('omnict-tiny');
});
afterAll(() => rmSync(root, { recursive: true }));

describe('a folder laid out like the released OmniCT', () => {
  it.each<[string, ReleaseForm]>([
    ["the paper's letters in a module", renamed(PAPER, 'mm_projector.')],
    ['names that only shapes explain', renamed(STRANGE, 'net.')],
    [
      'a larger model around the language model, SigLIP named in config.json',
      {
        ...renamed({ ...STRANGE, shared: 'fc_share' }),
        encoderFolder: 'towers/siglip',
        prefix: 'language_model.',
        config: (json) => ({
          model_type: 'omnict',
          text_config: json,
          mm_vision_tower: 'towers/siglip',
        }),
      },
    ],
  ])('answers as our own layout does: %s', async (_, form) => {
    expect(await answersOf(await released(form))).toEqual(ours);
  });

  it('is read without biases, as Eq. 4 has none', async () => {
    const { nameOf } = renamed(PAPER);
    const folder = await released({
      nameOf: (name) => (name.endsWith('.bias') ? undefined : nameOf(name)),
    });
    const { model } = await loadOmniCT(folder);
    for (const [name, parameter] of model.projector.namedParameters()) {
      const isZero = parameter.dataSync().every((value) => value === 0);
      expect(isZero, name).toBe(name.endsWith('.bias'));
    }
    model.dispose();
  });

  it('lists the tensors it could not place, and takes the names that YAML gives', async () => {
    // Two more matrices of the same sizes: no shape tells which is which.
    const { nameOf } = renamed(STRANGE);
    const twice = (name: string): string | undefined =>
      name === 'volume_expert.weight' ? 'beta.main' : nameOf(name);
    const folder = await released({ nameOf: twice });
    await expect(loadOmniCT(folder)).rejects.toThrow(
      /projection-weights: .*without a place: 'beta.bias' \[256\].*write what they are into .*omnict-release.yaml/s,
    );
    const given = `projection: { volume_expert: [beta.main], ignored: ['beta.bias'] }`;
    writeFileSync(join(folder, 'omnict-release.yaml'), `${given}${TINY_SETTINGS}`);
    const { model } = await loadOmniCT(folder);
    const shapes = [...model.projector.namedParameters()].map(([name, { shape }]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toMatchObject({ 'volume_expert.weight': [256, 2048] });
    model.dispose();
  });

  it('says which settings the shapes leave open', async () => {
    const folder = await released(renamed(PAPER), 'prepare: { size: [32, 108, 108] }');
    await expect(loadOmniCT(folder)).rejects.toThrow(
      /model.tpe: tokens of 512 features on an encoder of 96 .* give it in omnict-release.yaml/,
    );
    writeFileSync(join(folder, 'omnict-release.yaml'), 'projections: {}');
    await expect(loadOmniCT(folder)).rejects.toThrow(/omnict-release.yaml: projections: /);
  });

  it('names the encoder to pull where none is there', async () => {
    const folder = await released({ ...renamed(PAPER), encoderFolder: 'elsewhere' });
    await expect(loadOmniCT(folder)).rejects.toThrow(
      /models pull google\/siglip-so400m-patch14-384/,
    );
  });
});
