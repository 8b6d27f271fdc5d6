import { writeNifti } from '@omnict/io';
import { openOmniCT, type OpenOmniCT } from '@omnict/model';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPage } from '../build-page.mjs';
import {
  browserIsMissing,
  openAddress,
  type OpenedPage,
  seriousViolations,
  startBrowser,
} from '../../cli/test/browser';
import { type RunningServer, serveOmniCT } from '../src/index';
import { organs, scan } from './scan';

/** WebGL without a graphics card. */
const SOFTWARE_GL = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
/** Folder that screenshots are kept in, to be looked at; none are taken without it. */
const SCREENSHOTS = process.env['OMNICT_SCREENSHOTS'];

const folder = mkdtempSync(join(tmpdir(), 'serve-page-'));
const missing = browserIsMissing();
let omnict: OpenOmniCT;
let server: RunningServer;
let browser: Browser;
let opened: OpenedPage;
let page: Page;

beforeAll(async () => {
  if (missing !== undefined) return;
  await buildPage(folder);
  await writeNifti(join(folder, 'Doe_Jane.nii.gz'), scan(1));
  await writeNifti(join(folder, 'organs.nii.gz'), organs());
  omnict = await openOmniCT('omnict-tiny');
  server = await serveOmniCT(omnict, { name: 'omnict-tiny', page: folder });
  browser = await startBrowser(SOFTWARE_GL);
  opened = await openAddress(browser, server.url, { viewport: { width: 1280, height: 800 } });
  ({ page } = opened);
  page.setDefaultTimeout(150_000);
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  omnict?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function keep(name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `serve-${name}.png`), fullPage: true });
}

describe.skipIf(missing !== undefined)(`the page (${missing ?? 'in Chromium'})`, () => {
  it('shows a phantom, answers, and compares with the truth', async () => {
    await page.getByRole('button', { name: 'Phantom volume 1' }).click();
    const known = page.locator('#questions button').first();
    await known.waitFor();
    await known.click();
    await page.locator('.seen').first().waitFor();
    expect(await page.locator('.truth').first().textContent()).toMatch(
      /^Truth: .+ — (same|differs)$/,
    );
    expect(await page.locator('.seen').first().textContent()).toMatch(
      /Looked at .+; 90 image tokens, 10 organ tokens/,
    );
    await page.fill('#question', 'Is there a lesion in the spleen?');
    await page.keyboard.press('Enter');
    await page.locator('.seen').nth(1).waitFor();
    expect(await page.locator('.seen').nth(1).textContent()).toContain('Looked at spleen');
    await keep('1280');
  });

  it('takes a file and its mask, and tells neither name', async () => {
    const bodies: string[] = [];
    page.on('request', (request) => bodies.push(request.url()));
    await page.setInputFiles('#files', join(folder, 'Doe_Jane.nii.gz'));
    await page.getByText('40 × 40 × 12 voxels of 2 × 2 × 5 mm').waitFor();
    await page.setInputFiles('#mask', join(folder, 'organs.nii.gz'));
    await page.getByText('mask with 2 organ classes').waitFor();
    await page.getByRole('button', { name: 'liver' }).click();
    await page.fill('#question', 'Is it enlarged?');
    await page.click('#send');
    await page.locator('.seen').first().waitFor();
    expect(await page.locator('.seen').first().textContent()).toContain('Looked at liver');
    expect(bodies.join('\n')).not.toContain('Doe');
    await page.setInputFiles('#files', join(folder, 'index.html'));
    await page.getByText(/format not recognised/).waitFor();
  });

  it('is usable by all, says what it is for, and asks no other host', async () => {
    expect(await seriousViolations(page)).toEqual([]);
    expect(await page.getByText('For research, never for patient care').isVisible()).toBe(true);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      390,
    );
    await keep('390');
    const foreign = opened.requests.filter(
      (url) => !url.startsWith(server.url) && !url.startsWith('blob:'),
    );
    expect(foreign).toEqual([]);
    // The file that is no image is refused, which the browser writes down.
    expect(opened.messages.filter((text) => !/status of 400/.test(text))).toEqual([]);
  });
});
