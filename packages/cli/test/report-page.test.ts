import { type PageRun, reportPage } from '@omnict/report';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserIsMissing, openFile, seriousViolations, startBrowser } from './browser';
import { omnict } from './tiny-sweep/tiny-sweep';

const QUICKSTART = fileURLToPath(new URL('../../../experiments/quickstart.yaml', import.meta.url));
/** Folder that screenshots are kept in, to be looked at; none are taken without it. */
const SCREENSHOTS = process.env['OMNICT_SCREENSHOTS'];

/** The quickstart, trained and evaluated for real on few images: SCE off and on, and no image. */
const SMALL = [
  'config.data.phantom={seed: 1, train: {slices: 8, volumes: 4}, test: {slices: 8, volumes: 5}, questionsPerVolume: 8, questionsPerSlice: 4}',
  'config.train.pretrain.batchSize=8',
  'config.train.finetune.batchSize=2', // enough steps for a curve
  'sweep.matrix={model.sce: [false, true]}',
  'sweep.baseline={model.sce: false}',
];

interface Results {
  trials: {
    trial: string;
    modality: Record<string, { metrics: Record<string, { value: number; count: number } | null> }>;
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'omnict-page-'));
const missing = browserIsMissing();
let browser: Browser;
let runFolder = '';
let file = '';
let lastLine = '';
let results: Results;
let drawings: string[] = [];

beforeAll(async () => {
  const { stdout, stderr } = omnict(folder, 'run', QUICKSTART, ...SMALL, '--store', 'store');
  lastLine = stdout.trim().split('\n').at(-1) ?? stderr;
  file = join(folder, lastLine.replace('Report: ', ''));
  runFolder = join(file, '..');
  results = JSON.parse(readFileSync(join(runFolder, 'results.json'), 'utf8')) as Results;
  if (missing === undefined) browser = await startBrowser();
}, 600_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Closed accuracy of a trial. */
function accuracy(trial: number, modality: string): { value: number; count: number } {
  const figure = results.trials[trial]?.modality[modality]?.metrics['accuracy'];
  return figure ?? { value: NaN, count: 0 };
}

const percent = (value: number): string => (value * 100).toFixed(1);

describe('omnict run', () => {
  it('names the page in its last line, and gives it to the tracked run', () => {
    expect(lastLine).toMatch(/^Report: .*report\.html$/);
    const size = statSync(file).size;
    expect(size).toBeGreaterThan(50_000);
    expect(size).toBeLessThan(10_000_000);
    const journal = readFileSync(join(runFolder, 'tracking', 'sweep', 'journal.jsonl'), 'utf8');
    expect(journal).toMatch(/"type":"artifact","file":"[^"]*report\.html"/);
  });

  it('keeps paths of this machine off the page', () => {
    const page = readFileSync(file, 'utf8');
    expect(page).not.toContain(folder);
    expect(page).not.toMatch(/\.nii|\.npy/);
  });
});

describe('omnict report', () => {
  it('shows a finished run again within 80 columns, and writes its page', () => {
    const out = join(folder, 'again.html');
    const { stdout, status } = omnict(folder, 'report', 'latest', '--store', 'store', '--out', out);
    expect(status).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toBe(`Report: ${out}`);
    expect(stdout).toContain('SCE on');
    const tables = stdout.slice(0, stdout.indexOf('\nRun: ')).split('\n');
    expect(tables.filter((line) => line.length > 80)).toEqual([]);
    expect(existsSync(out)).toBe(true);
  });

  it('puts several runs on one page', () => {
    const out = join(folder, 'both.html');
    const { status } = omnict(
      folder,
      ...['report', 'quickstart', 'latest', '--store', 'store', '--out', out],
    );
    expect(status).toBe(0);
    const page = readFileSync(out, 'utf8');
    expect(page).toContain('id="run0-summary"');
    expect(page).toContain('id="run1-summary"');
  });

  it('writes tables and figures for a paper', () => {
    const write = (...more: string[]): string => {
      const { stdout, status } = omnict(folder, 'report', 'latest', '--store', 'store', ...more);
      expect(status).toBe(0);
      return stdout;
    };
    const value = percent(accuracy(1, 'volume').value);
    expect(write('--format', 'latex')).toMatch(new RegExp(`SCE on & .*${value}[ &\\\\]`));
    const row = write('--format', 'csv')
      .split('\n')
      .find((line) => line.includes(',ablation,SCE on,') && line.includes(',volume,,accuracy,'));
    expect(Number(row?.split(',')[9])).toBe(accuracy(1, 'volume').value);
    const files = write('--format', 'svg', '--out', 'figures').trim().split('\n');
    const names = files.map((name) => name.replace(/^figures./, ''));
    expect(names).toEqual(
      expect.arrayContaining([
        'heat-map-organ-volumes.svg',
        'radar-skill-volumes.svg',
        'tokens-t-sne.svg',
        'forest-all-slices.svg',
        'curve-finetune-loss.svg',
        'captions.md',
      ]),
    );
    drawings = files.filter((name) => name.endsWith('.svg')).map((name) => join(folder, name));
    const map = readFileSync(join(folder, 'figures', 'tokens-t-sne.svg'), 'utf8');
    expect(map.match(/<circle/g)?.length).toBeGreaterThan(200);
  });

  it('says which runs there are when there is no such run', () => {
    const { stderr, status } = omnict(folder, 'report', 'nothing', '--store', 'store');
    expect(status).toBe(1);
    expect(stderr).toMatch(/no run 'nothing'.*quickstart-/);
  });
});

const texts = async (locator: Locator): Promise<string[]> => locator.allInnerTexts();

describe.skipIf(missing !== undefined)(
  `the page in a browser${missing ? `: ${missing}` : ''}`,
  () => {
    it('has the numbers of the results file', async () => {
      const { page } = await openFile(browser, file);
      const rows = page.locator('.results tbody tr');
      expect(await texts(rows.locator('th bdi'))).toEqual([
        'SCE off',
        'SCE on',
        'no-image',
        'majority answer',
      ]);
      const heads = await texts(page.locator('.results thead th'));
      for (const [index, modality] of ['slice', 'volume'].entries()) {
        const column = heads.findIndex(
          (head) => head.startsWith('closed accuracy') && head.includes(`${modality}s`),
        );
        expect(heads[column]).toContain(`n = ${accuracy(0, modality).count}`);
        for (const trial of [0, 1, 2]) {
          const cell = rows
            .nth(trial)
            .locator('td')
            .nth(column - 1);
          const { value } = accuracy(trial, modality);
          expect(await cell.locator('.figure').innerText()).toMatch(
            new RegExp(`^${percent(value)} \\[`),
          );
          if (trial === 0) continue;
          const difference = value - accuracy(0, modality).value;
          const sign = Number(percent(difference)) >= 0 ? '+' : '';
          const text = `${sign}${percent(difference)}`.replace('+-', '+');
          expect(await cell.locator('.delta').innerText()).toContain(text);
          const point = page
            .locator('.forest')
            .nth(index)
            .locator('.row .num')
            .nth(trial - 1);
          expect(await point.innerText()).toContain(text);
        }
      }
    });

    it('has every figure, also without JavaScript, and asks nobody for anything', async () => {
      for (const javaScriptEnabled of [true, false]) {
        const { page, messages, requests } = await openFile(browser, file, { javaScriptEnabled });
        for (const section of ['summary', 'differences', 'figures', 'curves', 'cases', 'origin']) {
          expect(await page.locator(`#run0-${section} h2`).count()).toBe(1);
        }
        expect(await page.locator('.forest .mark').count()).toBeGreaterThan(8);
        const polylines = await page.locator('.chart polyline').all();
        const lines = await Promise.all(
          polylines.map(
            async (line) => (await line.getAttribute('points'))?.split(' ').length ?? 0,
          ),
        );
        expect(lines.length).toBeGreaterThan(6);
        expect(Math.min(...lines)).toBeGreaterThan(1);
        const captions = await texts(page.locator('.chart figcaption'));
        expect(captions).toEqual(expect.arrayContaining(['finetune: loss']));
        expect(await page.locator('#run0-origin pre').textContent()).toContain(
          '"name": "quickstart"',
        );
        expect(await page.locator('.cases').isVisible()).toBe(javaScriptEnabled);
        if (javaScriptEnabled) expect(messages).toEqual([]);
        expect(requests).toEqual([]);
        await page.context().close();
      }
    });

    it('opens each figure as a file, with texts inside its frame', async () => {
      const { page } = await openFile(browser, drawings[0] ?? '');
      for (const drawing of drawings) {
        await page.goto(pathToFileURL(drawing).href);
        const outside = await page.evaluate<string[]>(`(() => {
          const frame = document.documentElement.getBoundingClientRect();
          return [...document.querySelectorAll('text')].filter((text) => {
            const { left, right, top, bottom } = text.getBoundingClientRect();
            return left < frame.left - 2 || right > frame.right + 2 || top < frame.top - 2 || bottom > frame.bottom + 2;
          }).map((text) => text.textContent);
        })()`);
        expect({ drawing, outside }).toEqual({ drawing, outside: [] });
      }
      expect(drawings.length).toBeGreaterThan(10);
      await page.context().close();
    });

    it('filters cases by organ, outcome, and what two trials disagree on', async () => {
      const { page, messages } = await openFile(browser, file);
      const shown = (): Promise<number> => page.locator('.list li').count();
      const all = await shown();
      const closed = ['slice', 'volume'].map((modality) => accuracy(0, modality));
      const right = closed.reduce((sum, { value, count }) => sum + Math.round(value * count), 0);
      const wrong = closed.reduce((sum, { count }) => sum + count, 0) - right;
      const outcome = page.getByLabel('Outcome');
      await outcome.selectOption('right');
      expect(await shown()).toBe(right);
      await outcome.selectOption('wrong');
      expect(await shown()).toBe(wrong);
      await outcome.selectOption('flipped');
      await page.getByLabel('and trial').selectOption('SCE on');
      const flipped = await shown();
      expect(await page.locator('.count').innerText()).toBe(`${flipped} of ${all} questions`);
      for (let index = 0; index < Math.min(flipped, 3); index++) {
        await page.locator('.list button').nth(index).click();
        const [first, second] = await texts(page.locator('.answers .verdict'));
        expect([first, second].map((text) => text?.slice(2)).sort()).toEqual(['right', 'wrong']);
      }
      await outcome.selectOption('');
      const organ = page.getByLabel('Organ', { exact: true });
      const [, value = ''] = await organ.locator('option').allInnerTexts();
      await organ.selectOption(value);
      expect(await shown()).toBeGreaterThan(0);
      expect(await shown()).toBeLessThan(all);
      for (const text of await texts(page.locator('.list .n'))) expect(text).toContain(value);
      expect(messages).toEqual([]);
    });

    it('shows slices by keyboard, window and organ', async () => {
      const { page, messages } = await openFile(browser, file);
      await page.getByLabel('Outcome').focus();
      const item = page.locator('.list button').filter({ hasText: 'small organ' }).first();
      await item.focus();
      await page.keyboard.press('Enter');
      const canvas = page.locator('canvas');
      await expect.poll(() => pixels(page).then(({ length }) => length)).toBeGreaterThan(3000);
      const seen = [await pixels(page)];
      const look = async (act: () => Promise<unknown>): Promise<void> => {
        await act();
        const next = await pixels(page);
        expect(seen).not.toContain(next);
        seen.push(next);
      };
      const volume = page.locator('.list button').filter({ hasText: 'z-order' }).first();
      await volume.click();
      await expect.poll(() => page.locator('.place').innerText()).toMatch(/^Slice 16 of 32$/);
      await expect.poll(() => pixels(page)).not.toBe(seen[0]);
      seen.push(await pixels(page));
      await canvas.focus();
      await look(() => page.keyboard.press('ArrowDown'));
      expect(await canvas.getAttribute('aria-label')).toContain('Slice 17 of 32');
      await look(() => page.getByLabel('Window', { exact: true }).selectOption('soft tissue'));
      await look(() => page.getByLabel('organ of the question').uncheck());
      expect(messages).toEqual([]);
    });

    it('has no serious fault for screen readers, in light and dark, wide and narrow', async () => {
      if (SCREENSHOTS !== undefined) mkdirSync(SCREENSHOTS, { recursive: true });
      for (const width of [1280, 390]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          const { page } = await openFile(browser, file, {
            colorScheme,
            viewport: { width, height: 900 },
          });
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
          await page.evaluate(
            `for (const part of document.querySelectorAll('details')) part.open = true`,
          );
          expect(await seriousViolations(page)).toEqual([]);
          if (SCREENSHOTS !== undefined) {
            const path = join(SCREENSHOTS, `report-${width}-${colorScheme}.png`);
            await page.screenshot({ path, fullPage: true });
          }
          await page.context().close();
        }
      }
    });

    it('keeps hostile texts text', async () => {
      const hostile = `</style></script><script>window.hacked = 1</script><img src=x onerror="window.hacked=1">\u202e`;
      const path = join(folder, 'hostile.html');
      writeFileSync(path, reportPage([hostileRun(hostile)]));
      const { page, requests } = await openFile(browser, path);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      expect(await page.locator('img, script[src], .results script').count()).toBe(0);
      expect(await page.locator('.results th bdi').first().innerText()).toContain('<script>');
      expect(await page.locator('.case h3').innerText()).toContain('<img src=x');
      expect(await page.locator('.case h3').innerText()).toContain('\\u202e');
      expect(requests).toEqual([]);
      // Even a script that came in by a fault of ours would not run.
      const broken = readFileSync(path, 'utf8').replace(
        '<main>',
        `<main><script>window.hacked = 1</script>`,
      );
      writeFileSync(path, broken);
      const second = await openFile(browser, path);
      expect(await second.page.evaluate('window.hacked')).toBeUndefined();
      expect(second.messages.join()).toContain('Content Security Policy');
    });
  },
);

/** What the viewer shows, as a PNG: a picture of one colour takes less than 1,000 characters. */
function pixels(page: Page): Promise<string> {
  return page.evaluate<string>(`document.querySelector('canvas').toDataURL()`);
}

/** A run all of whose texts are one. */
function hostileRun(text: string): PageRun {
  const cell = { mean: 0.5, low: 0.4, high: 0.6, count: 10 };
  return {
    id: text,
    question: text,
    varied: [text],
    table: {
      confidence: 0.95,
      columns: [{ modality: 'slice', metric: text, title: text, samples: 10 }],
      rows: [
        { name: text, axes: {}, isBaseline: true, seeds: [0], cells: [cell], missing: [text] },
      ],
      resolvable: [null],
    },
    cost: { stages: [], wallSeconds: 1 },
    failures: [{ task: text, message: text.repeat(1000) }],
    curves: [
      {
        stage: text,
        metric: text,
        trials: [text],
        points: [0, 1].map((step) => ({ step, value: step })),
      },
    ],
    cases: {
      trials: [text],
      images: [],
      cases: [
        {
          id: text,
          image: null,
          modality: text,
          organ: text,
          task: text,
          skill: text,
          question: text,
          options: [text],
          reference: text,
          labels: [],
          answers: [{ text, correct: true }],
        },
      ],
      allCases: 1,
      allImages: 1,
    },
    origin: { facts: [{ title: text, rows: [[text, text]] }], spec: { [text]: text } },
  };
}
