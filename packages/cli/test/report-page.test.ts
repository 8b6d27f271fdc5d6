import { reportPage } from '@omnict/report';
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
import { hostileRun, hostileStudy } from './hostile-run';
import { type Results, SMALL, testIds } from './small-quickstart';
import { omnict } from './tiny-sweep/tiny-sweep';

const QUICKSTART = fileURLToPath(new URL('../../../experiments/quickstart.yaml', import.meta.url));
/** Folder that screenshots are kept in, to be looked at; none are taken without it. */
const SCREENSHOTS = process.env['OMNICT_SCREENSHOTS'];

const folder = mkdtempSync(join(tmpdir(), 'omnict-page-'));
const missing = browserIsMissing();
let browser: Browser;
let runFolder = '';
let file = '';
let lastLine = '';
let results: Results;
let drawings: string[] = [];
const together = join(folder, 'together.html');

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

  it('puts runs and predictions of other models on one page, with the cases on which they differ', () => {
    const other = join(folder, 'other.jsonl');
    const ids = testIds(join(folder, 'store'));
    const answered = ids.slice(1).map((id) => ({ id, prediction: 'Yes. <script>' }));
    writeFileSync(other, answered.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const args = ['report', 'quickstart', 'latest', other, '--store', 'store', '--out', together];
    const { status, stdout } = omnict(folder, ...args);
    expect(status).toBe(0);
    expect(stdout).toContain(`Case study: ${answered.length} test questions have an answer of all`);
    const page = readFileSync(together, 'utf8');
    for (const id of ['study', 'run0-summary', 'run1-summary'])
      expect(page).toContain(`id="${id}"`);
    writeFileSync(other, `${JSON.stringify({ id: 'unknown', prediction: 'yes' })}\n`);
    const unknown = omnict(folder, 'report', 'latest', other, '--store', 'store');
    expect([unknown.status, unknown.stderr]).toEqual([
      1,
      expect.stringMatching(/other\.jsonl.*prediction 'unknown' has no reference/),
    ]);
    const alone = omnict(folder, 'report', other, '--store', 'store');
    expect([alone.status, alone.stderr]).toEqual([
      2,
      expect.stringMatching(/expected a run beside/),
    ]);
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
      const canvas = page.locator('canvas.axial');
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
      const place = async (): Promise<number> => {
        const [, found] =
          /^Slice (\d+) of 32$/.exec(await page.locator('.place').innerText()) ?? [];
        return Number(found);
      };
      await expect.poll(place).toBeGreaterThan(0);
      await expect.poll(() => pixels(page)).not.toBe(seen[0]);
      seen.push(await pixels(page));
      const start = await place();
      await canvas.focus();
      await look(() => page.keyboard.press('ArrowDown'));
      expect(await canvas.getAttribute('aria-label')).toContain(`Slice ${start + 1} of 32`);
      await look(() => page.getByLabel('Window', { exact: true }).selectOption('soft tissue'));
      await look(() => page.getByLabel('organ of the question').uncheck());
      // The other planes: their arrows move the crosshair in this one, and a click in them moves its slice.
      const coronal = page.locator('canvas.coronal');
      const label = (): Promise<string | null> => coronal.getAttribute('aria-label');
      const before = await label();
      expect(before).toMatch(/^Coronal \d+ of 108 /);
      await coronal.focus();
      await look(() => page.keyboard.press('ArrowDown'));
      expect(await label()).not.toBe(before);
      const { height = 0 } = (await coronal.boundingBox()) ?? {};
      await coronal.click({ position: { x: 20, y: height - 2 } }); // the feet are below
      expect(await place()).toBe(1);
      await coronal.click({ position: { x: 20, y: 1 } });
      expect(await place()).toBe(32);
      expect(await page.locator('canvas.sagittal').getAttribute('aria-label')).toMatch(
        /^Sagittal \d+ of 108 /,
      );
      await look(() => page.getByLabel('crosshair').uncheck());
      expect(messages).toEqual([]);
    });

    it('lays the answers of several models beside each other, with pictures', async () => {
      const { page, messages, requests } = await openFile(browser, together, {
        viewport: { width: 390, height: 900 },
      });
      const models = await texts(page.locator('#study thead + tbody th'));
      expect(models.at(-1)).toBe('other');
      const studied = page.locator('#study .studied');
      expect(await studied.count()).toBe(6);
      for (const verdicts of await Promise.all(
        (await studied.all()).map((one) => texts(one.locator('.verdict'))),
      )) {
        expect(verdicts).toHaveLength(3);
      }
      const sides = await page.evaluate<number[]>(
        `[...document.querySelectorAll('#study img')].map(({ naturalWidth }) => naturalWidth)`,
      );
      expect(sides).toEqual([108, 108, 108, 108, 108, 108]);
      expect(await page.locator('#study').innerText()).toContain('Yes. <script>');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      expect(await seriousViolations(page)).toEqual([]);
      expect([messages, requests]).toEqual([[], []]);
      await page.context().close();
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
      writeFileSync(path, reportPage([hostileRun(hostile)], hostileStudy(hostile)));
      const { page, requests } = await openFile(browser, path);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      expect(await page.locator('img, script[src], .results script').count()).toBe(0);
      expect(await page.locator('.results th bdi').first().innerText()).toContain('<script>');
      expect(await page.locator('.studied h3').innerText()).toContain('<img src=x');
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
  return page.evaluate<string>(`document.querySelector('canvas.axial').toDataURL()`);
}
